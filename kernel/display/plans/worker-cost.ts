/** Cost of workers: hours of their CPUs or GPUs, and money if a price is known. */
import type { WorkersOfTraining } from "#dsl/compiler/plan/plan.js";
import { plural, significantText } from "../../host/value-text.js";

/** The properties of workers that determine their cost. */
export type PaidWorkers = Pick<WorkersOfTraining, "count" | "threads" | "gpus" | "price">;
/**
 * Estimated seconds of each worker, and their range. `to`: for varying settings, the seconds of the most expensive
 * ones.
 */
export interface WorkerTime {
  readonly seconds: number;
  readonly to?: number;
  readonly between?: readonly [least: number, most: number] | undefined;
}
type Fact = readonly [name: string, value: string, note: string];

/** `there` null: the duration is unknown; `owner`: what the hours are for. */
export function workerHoursFacts(paid: PaidWorkers, there: WorkerTime | null, owner: string): readonly Fact[] {
  const { count, threads, gpus, price } = paid;
  const [name, each] = gpus === undefined ? ["CPU-hours", threads] : ["GPU-hours", gpus];
  const hours = there && amounts(there, (seconds) => (seconds * count * each) / 3600, hoursText);
  const whole = hours?.value ?? `${amount(count * each)} for each hour of the run`;
  return [
    [name, whole, [owner, hours?.between].filter(Boolean).join("; ")],
    ...(price === undefined ? [] : [costFact(count, price, there)]),
  ];
}

function costFact(count: number, price: number, there: WorkerTime | null): Fact {
  const note = `${moneyText(price)} for an hour of ${count === 1 ? "the worker" : "each worker"}`;
  const found = there && amounts(there, (seconds) => (seconds * count * price) / 3600, moneyText);
  if (!found) return ["cost", `${moneyText(count * price)} for each hour of the run`, note];
  return [
    "cost",
    /^less/.test(found.value) ? found.value : `about ${found.value}`,
    [found.between, note].filter(Boolean).join("; "),
  ];
}

function amounts(
  { seconds, to, between }: WorkerTime,
  amountOf: (seconds: number) => number,
  text: (n: number) => string,
) {
  const value = [...new Set([seconds, to ?? seconds].map((one) => text(amountOf(one))))].join(" to ");
  const range = between && [...new Set(between.map((one) => text(amountOf(one))))];
  return { value, ...(range && range.length > 1 && { between: `estimated, ${range.join(" to ")}` }) };
}

/** Describes the used worker time in one line. */
export function workerUsageText(options: {
  readonly cpuHours?: number;
  readonly gpuHours?: number;
  readonly cost?: number;
}): string {
  return [
    ...(options.cpuHours === undefined ? [] : [`${hoursText(options.cpuHours)} CPU-hours`]),
    ...(options.gpuHours === undefined ? [] : [`${hoursText(options.gpuHours)} GPU-hours`]),
    ...(options.cost === undefined ? [] : [`cost ${moneyText(options.cost)}`]),
  ].join(" · ");
}

export const threadsText = ({ count, threads }: PaidWorkers): string =>
  `${plural(count, "worker")} × ${plural(threads, "thread")}`;

function hoursText(hours: number): string {
  return hours < 0.01 ? "less than 0.01" : amount(hours);
}
/** Uses the currency of the price. */
function moneyText(money: number): string {
  if (money === 0) return "0";
  return money < 0.01 ? "less than 0.01" : money < 100 ? money.toFixed(2) : amount(Math.round(money));
}
const amount = (n: number): string => (n >= 100 ? Math.round(n).toLocaleString("en") : significantText(n, 2));

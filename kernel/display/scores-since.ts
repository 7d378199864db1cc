/**
 * Compares a model with the one it continued from, on the data where that was evaluated: scores before and now, with
 * the range that chance explains.
 */
import type { MetricDirection } from "#dsl/language/types/capabilities/metric.js";
import type { DisplayOutput } from "./html.js";
import { tableView } from "./table.js";
import { groupedNumber } from "../host/value-text.js";

export interface ScoresSinceStartReport {
  readonly name: string;
  readonly start: string;
  readonly on: readonly {
    /** For example `tickets.test`. */
    readonly on: string;
    readonly metric: string;
    /** Evaluated rows, and the rows of the recorded evaluation. */
    readonly rows: number;
    readonly totalRows: number;
    readonly better: MetricDirection;
    readonly before: number;
    /** The recorded score, if it differs by more than rounding; null: it doesn't, or there is none. */
    readonly recorded: number | null;
    readonly now: number;
    /** Ends of the 95 % interval of now − before; null: it has none. */
    readonly low: number | null;
    readonly high: number | null;
    readonly lost: boolean;
  }[];
  /** Comparisons that were skipped, with reasons. */
  readonly not: readonly string[];
  /** Advice; null: no score got worse. */
  readonly tries: string | null;
}

export function scoresSinceStartView({ name, start, on, not, tries }: ScoresSinceStartReport): DisplayOutput {
  const rows = on.map((one) => [
    one.on,
    one.metric,
    groupedNumber(one.rows),
    one.before.toFixed(4),
    one.now.toFixed(4),
    signed(one.now - one.before),
    one.low === null || one.high === null ? "" : `${signed(one.low)} to ${signed(one.high)}`,
    verdictOf(one),
  ]);
  const fewer = on.filter((one) => one.rows < one.totalRows);
  const other = on.filter((one) => one.recorded !== null);
  const sentences = [
    ...fewer.map((one) => `${one.on}: ${groupedNumber(one.rows)} of ${groupedNumber(one.totalRows)} rows were scored`),
    ...other.map((one) => `${one.on}: on record ${start} has ${(one.recorded ?? 0).toFixed(4)}`),
    ...not,
    ...(tries === null ? [] : [tries]),
  ];
  return tableView(["on", "metric", "rows", `before: ${start}`, "now", "difference", "95 %", ""], rows, {
    title: `Scores of ${name} on the data that ${start} was evaluated on`,
    limit: rows.length + 1,
    ...(sentences.length > 0 && { caption: sentences.join(". ") }),
  });
}

type On = ScoresSinceStartReport["on"][number];
function verdictOf({ lost, better, low, high, before, now }: On): string {
  if (lost) return "worse";
  if (low === null || high === null) return now === before ? "the same" : "";
  if (better === "none") return low > 0 || high < 0 ? "differs" : "no difference shown";
  return (better === "greater" ? low > 0 : high < 0) ? "better" : "no loss shown";
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;

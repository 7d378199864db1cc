/**
 * The events of a log that may be torn or foreign, as its last run through each step has them: a resumed run takes the
 * steps after its checkpoint again, and those count.
 */
import type { RunEvent } from "./events.js";

type Fields = Readonly<Record<string, unknown>>;
const numbers = (event: Fields, ...names: readonly string[]): boolean =>
  names.every((name) => typeof event[name] === "number");
const whole: Readonly<Record<RunEvent["kind"], (event: Fields) => boolean>> = {
  started: (event) => numbers(event, "steps"),
  allowed: (event) => typeof event["code"] === "string" && typeof event["reason"] === "string",
  step: (event) => numbers(event, "step", "epoch", "tokens", "loss", "seconds"),
  evaluated: (event) =>
    numbers(event, "step") && typeof event["split"] === "string" && isScores(event["metrics"]),
  checkpoint: (event) => numbers(event, "step"),
  stopping: (event) => numbers(event, "step"),
  stopped: (event) => numbers(event, "step", "seconds") && typeof event["reason"] === "string",
};

export function eventsOf(log: string): readonly RunEvent[] {
  let events: RunEvent[] = [];
  for (const line of log.split("\n")) {
    const event = eventOf(line);
    if (!event) continue;
    if (event.kind === "started" && events.length > 0) {
      const from = event.resumedFrom ?? 0;
      events = events.filter((one) => "step" in one && one.step <= from && one.kind !== "stopped" && one.kind !== "stopping");
    }
    events.push(event);
  }
  return events;
}

function eventOf(line: string): RunEvent | undefined {
  if (line === "") return undefined;
  try {
    const event = JSON.parse(line, unquoted) as Fields | null;
    const kind = event?.["kind"];
    if (!event || typeof kind !== "string" || !Object.hasOwn(whole, kind)) return undefined;
    return whole[kind as RunEvent["kind"]](event) ? (event as RunEvent) : undefined;
  } catch {
    return undefined; // torn, or not ours
  }
}
function unquoted(_key: string, value: unknown): unknown {
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : value;
}
function isScores(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every((one) => typeof one === "number");
}

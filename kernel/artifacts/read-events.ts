/**
 * The events of a log that may be torn or foreign, as its last run through each step has them: a resumed run takes the
 * steps after its checkpoint again, and those count.
 */
import type { RunEvent } from "../core/session/events.js";
import { recordsIn } from "./log-lines.js";

type Fields = Readonly<Record<string, unknown>>;
const numbers = (event: Fields, ...names: readonly string[]): boolean =>
  names.every((name) => typeof event[name] === "number");
const whole: Readonly<Record<RunEvent["kind"], (event: Fields) => boolean>> = {
  started: (event) => numbers(event, "steps"),
  damaged: (event) => typeof event["file"] === "string" && typeof event["why"] === "string",
  allowed: (event) => typeof event["code"] === "string" && typeof event["reason"] === "string",
  step: (event) => numbers(event, "step", "epoch", "tokens", "loss", "seconds"),
  evaluated: (event) => numbers(event, "step") && typeof event["split"] === "string" && isScores(event["metrics"]),
  checkpoint: (event) => numbers(event, "step"),
  stopping: (event) => numbers(event, "step"),
  stopped: (event) => numbers(event, "step", "seconds") && typeof event["reason"] === "string",
};

export function eventsOf(log: string): readonly RunEvent[] {
  let events: RunEvent[] = [];
  for (const event of eventsIn(log)) {
    if (event.kind === "started") events = [...eventsUntil(events, event.resumedFrom ?? 0)];
    events.push(event);
  }
  return events;
}

/** All events of a log, those too that a resumed run took back. */
export function eventsIn(log: string): readonly RunEvent[] {
  return recordsIn(log, "at").filter(isEvent);
}

/** What a run that goes on after a step has behind it. */
export function eventsUntil(events: readonly RunEvent[], step: number): readonly RunEvent[] {
  return events.filter((one) => "step" in one && one.step <= step && one.kind !== "stopped" && one.kind !== "stopping");
}

function isEvent(record: Fields): record is Fields & RunEvent {
  const { kind } = record;
  return typeof kind === "string" && Object.hasOwn(whole, kind) && whole[kind as RunEvent["kind"]](record);
}
function isScores(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every((one) => typeof one === "number");
}

/**
 * The events of a log that may be torn or foreign, as its last run through each step has them: a resumed run takes the
 * steps after its checkpoint again, and those count.
 */
import * as v from "valibot";
import { fields, figure, table, type Schema } from "../fetch/json.js";
import type { RunEvent, SharedBy } from "../events/events.js";
import { recordsIn } from "./log-lines.js";
import { writerSchema } from "./writer.js";

type Fields = Readonly<Record<string, unknown>>;
const written = { at: v.string(), run: v.string() };
const text = v.string();
const shared: Schema<SharedBy> = fields({
  workers: figure,
  communication: figure,
  waiting: figure,
  cpuHours: v.exactOptional(figure),
  gpuHours: v.exactOptional(figure),
  cost: v.exactOptional(figure),
});
const events: { readonly [K in RunEvent["kind"]]: Schema<Extract<RunEvent, { kind: K }>> } = {
  started: fields({
    ...written,
    kind: v.literal("started"),
    recipe: text,
    plan: text,
    engine: text,
    steps: figure,
    process: v.exactOptional(writerSchema),
    resumedFrom: v.exactOptional(figure),
  }),
  damaged: fields({ ...written, kind: v.literal("damaged"), file: text, why: text }),
  allowed: fields({ ...written, kind: v.literal("allowed"), code: text, reason: text, of: text }),
  step: fields({
    ...written,
    kind: v.literal("step"),
    step: figure,
    epoch: figure,
    tokens: figure,
    loss: figure,
    rate: figure,
    norm: figure,
    seconds: figure,
    communicated: v.exactOptional(figure),
    waited: v.exactOptional(figure),
  }),
  evaluated: fields({
    ...written,
    kind: v.literal("evaluated"),
    step: figure,
    split: text,
    metrics: table(figure),
    clients: v.exactOptional(table(table(figure))),
    sent: v.exactOptional(figure),
    received: v.exactOptional(figure),
  }),
  round: fields({
    ...written,
    kind: v.literal("round"),
    step: figure,
    sent: figure,
    received: figure,
    lost: v.array(text),
    clients: v.array(
      fields({
        name: text,
        rows: figure,
        loss: figure,
        norm: v.exactOptional(figure),
        cosine: v.exactOptional(figure),
      }),
    ),
  }),
  checkpoint: fields({
    ...written,
    kind: v.literal("checkpoint"),
    step: figure,
    folder: text,
    best: v.boolean(),
    by: v.exactOptional(text),
  }),
  stopping: fields({ ...written, kind: v.literal("stopping"), step: figure }),
  stopped: fields({
    ...written,
    kind: v.literal("stopped"),
    step: figure,
    seconds: figure,
    reason: v.picklist(["done", "early", "interrupted", "failed"]),
    shared: v.exactOptional(shared),
  }),
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

export function isEvent(record: Fields): record is Fields & RunEvent {
  const { kind } = record;
  return typeof kind === "string" && Object.hasOwn(events, kind) && v.is(events[kind as RunEvent["kind"]], record);
}

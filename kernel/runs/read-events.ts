/**
 * Reads the events of a log that may be truncated or foreign. A resumed run repeats the steps after its checkpoint, and
 * only the last run through each step counts.
 */
import * as v from "valibot";
import {
  objectWith,
  anyNumber,
  dictionaryOf,
  type Schema,
  parseJsonAs,
  parseJsonOrNull,
  SchemaMismatch,
} from "../fetch/json.js";
import type { RunEvent, DistributedTrainingUsage } from "../events/events.js";
import { parseLog } from "./log-lines.js";
import { processIdentitySchema } from "./writer.js";
import { FileNotRead, readWholeFile } from "../fetch/regular.js";

type Fields = Readonly<Record<string, unknown>>;
const written = { at: v.string(), run: v.string() };
const text = v.string();
const shared: Schema<DistributedTrainingUsage> = objectWith({
  workers: anyNumber,
  communication: anyNumber,
  waiting: anyNumber,
  cpuHours: v.exactOptional(anyNumber),
  gpuHours: v.exactOptional(anyNumber),
  cost: v.exactOptional(anyNumber),
});
const events: { readonly [K in RunEvent["kind"]]: Schema<Extract<RunEvent, { kind: K }>> } = {
  started: objectWith({
    ...written,
    kind: v.literal("started"),
    recipe: text,
    plan: text,
    engine: text,
    steps: anyNumber,
    process: v.exactOptional(processIdentitySchema),
    resumedFrom: v.exactOptional(anyNumber),
  }),
  damaged: objectWith({ ...written, kind: v.literal("damaged"), file: text, why: text }),
  allowed: objectWith({ ...written, kind: v.literal("allowed"), code: text, reason: text, of: text }),
  step: objectWith({
    ...written,
    kind: v.literal("step"),
    step: anyNumber,
    epoch: anyNumber,
    tokens: anyNumber,
    loss: anyNumber,
    rate: anyNumber,
    norm: anyNumber,
    seconds: anyNumber,
    communicated: v.exactOptional(anyNumber),
    waited: v.exactOptional(anyNumber),
  }),
  evaluated: objectWith({
    ...written,
    kind: v.literal("evaluated"),
    step: anyNumber,
    split: text,
    metrics: dictionaryOf(anyNumber),
    clients: v.exactOptional(dictionaryOf(dictionaryOf(anyNumber))),
    sent: v.exactOptional(anyNumber),
    received: v.exactOptional(anyNumber),
  }),
  round: objectWith({
    ...written,
    kind: v.literal("round"),
    step: anyNumber,
    sent: anyNumber,
    received: anyNumber,
    lost: v.array(text),
    clients: v.array(
      objectWith({
        name: text,
        rows: anyNumber,
        loss: anyNumber,
        norm: v.exactOptional(anyNumber),
        cosine: v.exactOptional(anyNumber),
      }),
    ),
  }),
  checkpoint: objectWith({
    ...written,
    kind: v.literal("checkpoint"),
    step: anyNumber,
    folder: text,
    best: v.boolean(),
    by: v.exactOptional(text),
  }),
  stopping: objectWith({ ...written, kind: v.literal("stopping"), step: anyNumber }),
  stopped: objectWith({
    ...written,
    kind: v.literal("stopped"),
    step: anyNumber,
    seconds: anyNumber,
    reason: v.picklist(["done", "early", "interrupted", "failed"]),
    shared: v.exactOptional(shared),
  }),
};

export function parseRunEvents(log: string): readonly RunEvent[] {
  let events: RunEvent[] = [];
  for (const event of parseAllEvents(log)) {
    if (event.kind === "started") events = [...eventsUntil(events, event.resumedFrom ?? 0)];
    events.push(event);
  }
  return events;
}

/** Returns all events of a log, including those superseded by a resumed run. */
export function parseAllEvents(log: string): readonly RunEvent[] {
  return parseLog(log, "at").filter(isRunEvent);
}

/** Returns the events that precede a run resumed after a step. */
export function eventsUntil(events: readonly RunEvent[], step: number): readonly RunEvent[] {
  return events.filter((one) => "step" in one && one.step <= step && one.kind !== "stopped" && one.kind !== "stopping");
}

export function isRunEvent(record: Fields): record is Fields & RunEvent {
  const { kind } = record;
  return typeof kind === "string" && Object.hasOwn(events, kind) && v.is(events[kind as RunEvent["kind"]], record);
}

// Reads a run's file defensively, because a folder of runs may come from anyone.

/**
 * Plans and locks have kilobytes, logs of long runs some hundreds of megabytes. This is the maximum length of a string.
 */
const MOST = 2 ** 29 - 2 ** 10;

/** Returns its text; null if it is unreadable, no regular file, or larger than `most` bytes. */
export function readRegularFile(file: string, most = MOST): string | null {
  try {
    return readWholeFile(file, most)?.toString("utf8") ?? null;
  } catch {
    return null; // something else, removed meanwhile, or a disk error
  }
}

/** Returns its JSON value; undefined if it is unreadable or invalid. */
export function readRegularJson(file: string, most?: number): unknown {
  return parseJsonOrNull(readRegularFile(file, most) ?? "", v.unknown()) ?? undefined;
}

/** Maximum size of a plan or a lock, in bytes; those with 100,000 labels have 10 MB. */
const MOST_OF_A_PLAN = 64 * 2 ** 20;

/** Returns a file's valid content, or what is wrong: `is missing`, `cannot be read: recipe.model is missing`. */
export function readCheckedJson<T>(file: string, schema: Schema<T>): { readonly value: T } | { readonly why: string } {
  try {
    const bytes = readWholeFile(file, MOST_OF_A_PLAN);
    return bytes === null ? { why: "is missing" } : { value: parseJsonAs(bytes.toString("utf8"), schema) };
  } catch (error) {
    if (error instanceof FileNotRead || error instanceof SchemaMismatch) return { why: `cannot be read: ${error.why}` };
    throw error;
  }
}

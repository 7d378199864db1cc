/**
 * Reads a run's events from its logs in pieces, from the position that a tracker has reached: points of training and
 * validation (`events.jsonl`), scores of evaluations (`scores.jsonl`), and trials of a sweep (`told.jsonl`).
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { EventBatch, EventCursor, TrackedEvent } from "#stdlib/trackers/kind.js";
import { parseLog } from "../runs/log-lines.js";
import { parseAllEvents } from "../runs/read-events.js";
import type { RunEvent } from "../events/events.js";
import { objectWith, anyNumber, dictionaryOf } from "../fetch/json.js";
import { parseRunScores, type RunScore } from "../runs/history/run-scores.js";

/** Bytes per read: about a thousand events. */
const PIECE = 1 << 18;
const NOFOLLOW = process.platform === "win32" ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** File with the events in a sweep's folder. */
export const SWEEP_EVENTS_FILE = "told.jsonl";

const logs: readonly (readonly [file: string, told: (text: string) => readonly TrackedEvent[]])[] = [
  ["events.jsonl", (text) => parseAllEvents(text).flatMap(eventTold)],
  [SWEEP_EVENTS_FILE, (text) => parseLog(text, "at").flatMap(lineTold)],
  ["scores.jsonl", (text) => parseRunScores(text).flatMap(scoreTold)],
];

export function readEventsSince(folder: string, from: EventCursor): EventBatch {
  const cursor: Record<string, number> = { ...from };
  for (const [file, read] of logs) {
    const offset = cursor[file] ?? 0;
    const { text, bytes } = linesFrom(join(folder, file), offset);
    if (bytes === 0) continue;
    cursor[file] = offset + bytes;
    return { events: read(text), cursor, last: false };
  }
  return { events: [], cursor, last: true };
}

/** Returns complete lines from an offset in a file; none if nothing was added or it is not a regular file. */
function linesFrom(path: string, offset: number): { readonly text: string; readonly bytes: number } {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | NOFOLLOW);
  } catch {
    return { text: "", bytes: 0 };
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size <= offset) return { text: "", bytes: 0 };
    for (let most = PIECE; ; most *= 4) {
      const buffer = Buffer.alloc(Math.min(most, stats.size - offset));
      const read = readSync(file, buffer, 0, buffer.length, offset);
      const end = buffer.subarray(0, read).lastIndexOf(10) + 1;
      if (end > 0) return { text: buffer.toString("utf8", 0, end), bytes: end };
      // The line is still being written.
      if (offset + read >= stats.size) return { text: "", bytes: 0 };
    }
  } catch {
    return { text: "", bytes: 0 };
  } finally {
    closeSync(file);
  }
}

function eventTold(event: RunEvent): readonly TrackedEvent[] {
  const time = Date.parse(event.at);
  if (Number.isNaN(time)) return [];
  switch (event.kind) {
    case "started":
      return event.resumedFrom === undefined ? [] : [{ is: "resumed", step: event.resumedFrom, at: time }];
    case "step": {
      const { step, loss, rate, norm, tokens, seconds, epoch, epsilon } = event;
      const pace = seconds > 0 ? { tokens_per_second: tokens / seconds } : {};
      const values = {
        loss,
        learning_rate: rate,
        gradient_norm: norm,
        epoch,
        ...pace,
        ...(epsilon !== undefined && { epsilon }),
      };
      return [{ is: "point", group: "train", step, at: time, values }];
    }
    case "evaluated":
      return [{ is: "point", group: event.split, step: event.step, at: time, values: event.metrics }];
    default:
      return [];
  }
}

/** Interval limits are separate events: next to the scores a tracker would draw three charts for each metric. */
function scoreTold({ at: time, step, data, split, metrics }: RunScore): readonly TrackedEvent[] {
  const all = Object.entries(metrics);
  const ends = all.flatMap(([name, { low, high }]) => [
    ...(low === null ? [] : [[`${name} low`, low] as const]),
    ...(high === null ? [] : [[`${name} high`, high] as const]),
  ]);
  const group = split === null ? data : `${data}.${split}`;
  const point = { is: "point", step, at: Date.parse(time) || 0 } as const;
  return [
    { ...point, group, values: Object.fromEntries(all.map(([name, { value }]) => [name, value])) },
    ...(ends.length > 0 ? [{ ...point, group: `${group} interval`, values: Object.fromEntries(ends) }] : []),
  ];
}

const line = objectWith({ at: v.string(), group: v.string(), step: anyNumber, values: dictionaryOf(anyNumber) });
function lineTold(record: Readonly<Record<string, unknown>>): readonly TrackedEvent[] {
  const found = v.safeParse(line, record);
  if (!found.success) return [];
  const { at: time, group, step, values } = found.output;
  return [{ is: "point", group, step, at: Date.parse(time) || 0, values }];
}

/** Returns how a run ended, from the end of its log; null if the log has no end. */
export function runEndOf(folder: string): { readonly at: number; readonly reason: string } | null {
  const last = tailOf(join(folder, "events.jsonl"), 1 << 16);
  const event = parseAllEvents(last).findLast(({ kind }) => kind === "started" || kind === "stopped");
  return event?.kind === "stopped" ? { at: Date.parse(event.at), reason: event.reason } : null;
}
/** Returns how a sweep ended; null if its file has no end. */
export function sweepEndOf(folder: string): { readonly at: number; readonly reason: string } | null {
  const last = parseLog(tailOf(join(folder, SWEEP_EVENTS_FILE), 1 << 16), "at").findLast(
    (record) => "ended" in record || "begun" in record,
  );
  const { at: time, ended } = last ?? {};
  return typeof time === "string" && typeof ended === "string" ? { at: Date.parse(time), reason: ended } : null;
}
function tailOf(path: string, most: number): string {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | NOFOLLOW);
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(most, size));
    const read = readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString("utf8", 0, read);
  } catch {
    return "";
  } finally {
    closeSync(file);
  }
}

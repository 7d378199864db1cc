/**
 * What happened in a run, read from its logs a piece at a time from where a tracker stopped: points of training and validation
 * (`events.jsonl`), scores of evaluations (`scores.jsonl`), and trials of a sweep (`told.jsonl`).
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { Batch, Cursor, Told } from "#stdlib/trackers/kind.js";
import { recordsIn } from "../runs/log-lines.js";
import { eventsIn } from "../runs/read-events.js";
import type { RunEvent } from "../events/events.js";
import { fields, figure, table } from "../fetch/json.js";
import { scoresIn, type RunScore } from "../runs/history/run-scores.js";

/** Bytes that are read at once: some thousand events. */
const PIECE = 1 << 18;
const NOFOLLOW = process.platform === "win32" ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Of a sweep's folder. */
export const TOLD = "told.jsonl";

const logs: readonly (readonly [file: string, told: (text: string) => readonly Told[]])[] = [
  ["events.jsonl", (text) => eventsIn(text).flatMap(eventTold)],
  [TOLD, (text) => recordsIn(text, "at").flatMap(lineTold)],
  ["scores.jsonl", (text) => scoresIn(text).flatMap(scoreTold)],
];

export function happenedSince(folder: string, from: Cursor): Batch {
  const cursor: Record<string, number> = { ...from };
  for (const [file, read] of logs) {
    const at = cursor[file] ?? 0;
    const { text, bytes } = linesFrom(join(folder, file), at);
    if (bytes === 0) continue;
    cursor[file] = at + bytes;
    return { told: read(text), cursor, last: false };
  }
  return { told: [], cursor, last: true };
}

/** Whole lines from a place in a file; none where nothing was added, or it is no regular file. */
function linesFrom(path: string, at: number): { readonly text: string; readonly bytes: number } {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | NOFOLLOW);
  } catch {
    return { text: "", bytes: 0 };
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size <= at) return { text: "", bytes: 0 };
    for (let most = PIECE; ; most *= 4) {
      const buffer = Buffer.alloc(Math.min(most, stats.size - at));
      const read = readSync(file, buffer, 0, buffer.length, at);
      const end = buffer.subarray(0, read).lastIndexOf(10) + 1;
      if (end > 0) return { text: buffer.toString("utf8", 0, end), bytes: end };
      // A line that is still being written.
      if (at + read >= stats.size) return { text: "", bytes: 0 };
    }
  } catch {
    return { text: "", bytes: 0 };
  } finally {
    closeSync(file);
  }
}

function eventTold(event: RunEvent): readonly Told[] {
  const at = Date.parse(event.at);
  if (Number.isNaN(at)) return [];
  switch (event.kind) {
    case "started":
      return event.resumedFrom === undefined ? [] : [{ is: "resumed", step: event.resumedFrom, at }];
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
      return [{ is: "point", group: "train", step, at, values }];
    }
    case "evaluated":
      return [{ is: "point", group: event.split, step: event.step, at, values: event.metrics }];
    default:
      return [];
  }
}

/** The ends of intervals stand by themselves: beside the scores they would be three pictures of each. */
function scoreTold({ at, step, data, split, metrics }: RunScore): readonly Told[] {
  const all = Object.entries(metrics);
  const ends = all.flatMap(([name, { low, high }]) => [
    ...(low === null ? [] : [[`${name} low`, low] as const]),
    ...(high === null ? [] : [[`${name} high`, high] as const]),
  ]);
  const group = split === null ? data : `${data}.${split}`;
  const point = { is: "point", step, at: Date.parse(at) || 0 } as const;
  return [
    { ...point, group, values: Object.fromEntries(all.map(([name, { value }]) => [name, value])) },
    ...(ends.length > 0 ? [{ ...point, group: `${group} interval`, values: Object.fromEntries(ends) }] : []),
  ];
}

const line = fields({ at: v.string(), group: v.string(), step: figure, values: table(figure) });
function lineTold(record: Readonly<Record<string, unknown>>): readonly Told[] {
  const found = v.safeParse(line, record);
  if (!found.success) return [];
  const { at, group, step, values } = found.output;
  return [{ is: "point", group, step, at: Date.parse(at) || 0, values }];
}

/** How a run ended, by the end of its log; null: it didn't say. */
export function endOf(folder: string): { readonly at: number; readonly reason: string } | null {
  const last = tailOf(join(folder, "events.jsonl"), 1 << 16);
  const event = eventsIn(last).findLast(({ kind }) => kind === "started" || kind === "stopped");
  return event?.kind === "stopped" ? { at: Date.parse(event.at), reason: event.reason } : null;
}
/** The same of a sweep. */
export function sweepEndOf(folder: string): { readonly at: number; readonly reason: string } | null {
  const last = recordsIn(tailOf(join(folder, TOLD), 1 << 16), "at").findLast(
    (record) => "ended" in record || "begun" in record,
  );
  const { at, ended } = last ?? {};
  return typeof at === "string" && typeof ended === "string" ? { at: Date.parse(at), reason: ended } : null;
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

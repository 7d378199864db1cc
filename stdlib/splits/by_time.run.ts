/**
 * From the latest row backwards: the test takes its rows, then the validation, then what trains. Rows of one time are never
 * parted: a split ends at the change of time that comes nearest to what was asked for, and holds one time at least.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Call, Value } from "#dsl/types/value.js";
import type { CleanRow, SplitImplementation } from "../kinds/data.js";
import { timeOf, type Time } from "../lib/splits/time.js";
import "../lib/splits/codes.js";

const backwards = ["test", "validation", "train"] as const;

export const byTime: SplitImplementation = {
  names: (call) => backwards.filter((name) => isAsked(call.arguments[name])).reverse(),
  assign(call, rows) {
    const times = timesOf(rows, call.arguments["column"] as string);
    const order = times.map((_, i) => i).sort((a, b) => times[b]! - times[a]! || a - b);
    const splits = new Array<string | null>(rows.length).fill(null);
    let from = 0;
    for (const name of backwards) {
      const asked = call.arguments[name];
      if (!isAsked(asked)) continue;
      const to = endOf(
        asked,
        from,
        order.map((i) => times[i]!),
        call,
        name,
      );
      for (let at = from; at < to; at++) splits[order[at]!] = name;
      from = to;
    }
    return splits;
  },
};

const isAsked = (asked: Value | undefined): asked is Value => asked !== null && asked !== undefined;

/** Where a split ends that begins at `from`. `times`: the latest first. */
function endOf(asked: Value, from: number, times: readonly number[], call: Call, name: string): number {
  if (asked === "rest") return times.length;
  if (typeof asked === "string") {
    const begin = pointOf(asked, call, name);
    const end = times.findIndex((time) => time < begin);
    return Math.max(from, end < 0 ? times.length : end);
  }
  const wanted = typeof asked === "number" ? asked : (asked as { readonly share: number }).share * times.length;
  if (typeof asked === "number" && from + asked > times.length)
    throw new CodedError("counts-too-large", { wanted: from + asked, rows: times.length });
  return nearestChange(times, from, Math.min(times.length, from + wanted));
}

/** The change of time that is nearest to a place, behind `from`; of two the earlier one. */
function nearestChange(times: readonly number[], from: number, place: number): number {
  const isChange = (at: number): boolean => at >= times.length || times[at] !== times[at - 1];
  let before = Math.floor(place + 1e-9);
  while (before > from && !isChange(before)) before--;
  let behind = Math.max(from + 1, Math.ceil(place - 1e-9));
  while (!isChange(behind)) behind++;
  behind = Math.min(behind, times.length);
  return before > from && place - before <= behind - place ? before : behind;
}

function pointOf(text: string, call: Call, name: string): number {
  const time = timeOf(text);
  if (time === undefined) throw new CodedError("no-time", { text: String(call.arguments[name] as string) });
  return time.at;
}

/** Of all rows. Coded error `not-a-time`. */
function timesOf(rows: readonly CleanRow[], column: string): readonly number[] {
  const times = rows.map(({ values }) => timeOf(values[column]));
  const as = times.find((time): time is Time => time !== undefined)?.as ?? "date";
  const wrong = rows.filter((_, i) => times[i]?.as !== as);
  if (wrong.length > 0)
    throw new CodedError("not-a-time", {
      column,
      rows: wrong.slice(0, 5).map(({ row }) => row),
      count: wrong.length,
      found: shown(wrong[0]!.values[column]),
      beside: as === "number" ? "numbers" : "dates",
    });
  return times.flatMap((time) => (time ? [time.at] : []));
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  return JSON.stringify(String(value as string).slice(0, 40));
}

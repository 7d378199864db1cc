/**
 * Splits from the latest row backwards: first the test rows, then validation, then training. Rows with the same time
 * are never separated: a split ends at the change of time nearest to its requested size, and contains at least one
 * time.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import type { RowToClean, SplitImplementation } from "../data/contract.js";
import { comparableTimeOf, type ComparableTime } from "./shared/time.js";
import { word } from "./by_time.js";

const backwards = ["test", "validation", "train"] as const;

export const byTime: SplitImplementation = {
  names: (call) => backwards.filter((name) => isAsked(call.arguments[name])).reverse(),
  assign(call, rows) {
    const times = new Times(call);
    for (const row of rows) times.look(row);
    return splitsOf(call, times.found());
  },
  /** Stores eight bytes per row. */
  foresee(call) {
    const times = new Times(call);
    return {
      look: (row) => times.look(row),
      assign: (picks) =>
        splitsOf(
          call,
          times.found().filter((_, row) => picks(row)),
        ),
    };
  },
};

/** `times`: one per row, in row order. */
function splitsOf(call: Call, times: Float64Array): readonly (string | null)[] {
  const order = Uint32Array.from(times, (_, i) => i).sort((a, b) => times[b]! - times[a]! || a - b);
  const latestFirst = Float64Array.from(order, (i) => times[i]!);
  const splits = new Array<string | null>(times.length).fill(null);
  let from = 0;
  for (const name of backwards) {
    const wanted = call.arguments[name];
    if (!isAsked(wanted)) continue;
    const to = endOf(wanted, from, latestFirst, call, name);
    for (let index = from; index < to; index++) splits[order[index]!] = name;
    from = to;
  }
  return splits;
}

const isAsked = (value: Value | undefined): value is Value => value !== null && value !== undefined;

/** Returns the end of a split that starts at `from`. `times`: the latest first. */
function endOf(requested: Value, from: number, times: Float64Array, call: Call, name: string): number {
  if (requested === "rest") return times.length;
  if (typeof requested === "string") {
    const begin = pointOf(requested, call, name);
    const end = times.findIndex((time) => time < begin);
    return Math.max(from, end < 0 ? times.length : end);
  }
  const wanted =
    typeof requested === "number" ? requested : (requested as { readonly share: number }).share * times.length;
  if (typeof requested === "number" && from + requested > times.length)
    throw new CodedError("counts-too-large", { wanted: from + requested, rows: times.length });
  return nearestChange(times, from, Math.min(times.length, from + wanted));
}

/** Returns the change of time after `from` that is nearest to a position; the earlier of two equally near. */
function nearestChange(times: Float64Array, from: number, place: number): number {
  const isChange = (index: number): boolean => index >= times.length || times[index] !== times[index - 1];
  let before = Math.floor(place + 1e-9);
  while (before > from && !isChange(before)) before--;
  let behind = Math.max(from + 1, Math.ceil(place - 1e-9));
  while (!isChange(behind)) behind++;
  behind = Math.min(behind, times.length);
  return before > from && place - before <= behind - place ? before : behind;
}

function pointOf(text: string, call: Call, name: string): number {
  const time = comparableTimeOf(text);
  if (time === undefined) throw new CodedError("no-time", { text: String(call.arguments[name] as string) });
  return time.value;
}

/** Collects the times of all rows, in order. Coded error `not-a-time`. */
class Times {
  private times = new Float64Array(1024);
  private count = 0;
  private as: ComparableTime["as"] | null = null;
  private readonly wrong: { readonly row: number; readonly value: unknown }[] = [];
  private others = 0;
  private readonly column: string;

  constructor(call: Call) {
    this.column = argumentsWithDefaults(word, call).column;
  }

  look({ row, values }: RowToClean): void {
    const value = values[this.column];
    const time = comparableTimeOf(value);
    this.as ??= time?.as ?? null;
    // Until the first valid time, the column's type (numbers or dates) is unknown.
    if (!time || time.as !== this.as) {
      this.others++;
      if (this.wrong.length < 5) this.wrong.push({ row, value });
    }
    if (this.count === this.times.length) {
      const larger = new Float64Array(2 * this.count);
      larger.set(this.times);
      this.times = larger;
    }
    this.times[this.count++] = time?.value ?? Number.NaN;
  }

  found(): Float64Array {
    const [first] = this.wrong;
    if (first)
      throw new CodedError("not-a-time", {
        column: this.column,
        rows: this.wrong.map(({ row }) => row),
        count: this.others,
        found: shown(first.value),
        beside: this.as === "number" ? "numbers" : "dates",
      });
    return this.times.subarray(0, this.count);
  }
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  return JSON.stringify(String(value as string).slice(0, 40));
}

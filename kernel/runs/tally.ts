/**
 * Counts of each answer in the rows, in a compact form. Constant baselines are computed from them without the rows.
 */
import type { BaselineSourceRows } from "#stdlib/tasks/kind.js";
import { roleValuesOf, type PreparedDataSplit } from "./split-rows.js";

/** By role: each value and the number of rows with it; for `tags`, the number of words. */
export type TargetValueCounts = Readonly<Record<string, readonly (readonly [value: unknown, count: number])[]>>;

const ROLES = ["label", "labels", "tags", "score"] as const;
/** Maximum number of values of a role. Beyond it neighbouring numbers are merged; roles of other types are dropped. */
const MOST = 10_000;

export function countTargetValues(part: PreparedDataSplit): TargetValueCounts {
  return Object.fromEntries(
    ROLES.flatMap((role): [string, TargetValueCounts[string]][] => {
      const values = roleValuesOf(part, role);
      if (!values) return [];
      if (role === "score") return [[role, numbers(values as Iterable<number>)]];
      const counts = new Map<string, number>();
      for (const value of oneByOne(role, values)) {
        const key = JSON.stringify(value);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      if (counts.size > MOST) return [];
      return [[role, [...counts].map(([key, count]) => [JSON.parse(key) as unknown, count] as const)]];
    }),
  );
}

function* oneByOne(role: string, values: Iterable<unknown>): Iterable<unknown> {
  for (const value of values)
    if (role === "tags") for (const tag of value as readonly string[]) yield [tag];
    else yield value;
}

/** Merged neighbours are replaced by their mean, so that the overall mean does not change. */
function numbers(values: Iterable<number>): readonly (readonly [number, number])[] {
  const sorted = Float64Array.from(values).sort();
  const distinct: [number, number][] = [];
  for (const value of sorted) {
    const last = distinct.at(-1);
    if (last?.[0] === value) last[1]++;
    else if (distinct.push([value, 1]) > MOST) break;
  }
  if (distinct.length <= MOST) return distinct;
  return Array.from({ length: MOST }, (_, i) => {
    const bucket = sorted.subarray(
      Math.floor((i * sorted.length) / MOST),
      Math.floor(((i + 1) * sorted.length) / MOST),
    );
    return [bucket.reduce((sum, value) => sum + value, 0) / bucket.length, bucket.length] as const;
  });
}

/** Maximum number of rows that are rebuilt; beyond it each value gets its proportional share, at least one row. */
const HELD = 1_000_000;

/** Returns the values of one role, one per row, in no particular order; undefined if the role has no counts. */
export function targetValuesFromCounts(
  tally: TargetValueCounts,
  role: string,
): ReturnType<BaselineSourceRows["values"]> {
  const entries = tally[role];
  if (!entries) return undefined;
  const share = Math.min(1, HELD / entries.reduce((sum, [, count]) => sum + count, 0));
  return entries.flatMap(([value, count]) =>
    new Array<unknown>(share === 1 ? count : Math.max(1, Math.round(count * share))).fill(value),
  );
}

export function isTargetValueCounts(value: unknown): value is TargetValueCounts {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.entries(value).every(([role, entries]) => Array.isArray(entries) && entries.every((e) => isEntry(role, e)))
  );
}
function isEntry(role: string, entry: unknown): boolean {
  if (!Array.isArray(entry) || entry.length !== 2) return false;
  const [value, count] = entry as readonly unknown[];
  const texts = (of: unknown): boolean => Array.isArray(of) && of.every((one) => typeof one === "string");
  const fits = role === "score" ? Number.isFinite(value) : role === "label" ? typeof value === "string" : texts(value);
  return fits && Number.isSafeInteger(count) && (count as number) > 0 && (count as number) < 2 ** 31;
}

/**
 * Rows of several data sets as Tune's `mix`: concatenated, or drawn by shares like `interleave_datasets` of Hugging
 * Face.
 */
import { isDeepStrictEqual } from "node:util";
import type { ToolSettings } from "./settings.js";

/** All rows of each source once: training shuffles them, so their order doesn't matter. */
export const mixedSourceText = (sources: readonly string[]): string =>
  sources.length > 1 ? `mix(${sources.join(", ")}, until: longest)` : (sources[0] ?? 'jsonl("data.jsonl")');

/** Maps the stopping strategies of `interleave_datasets` to `until`. */
export const interleaveStoppingStrategies = [
  "first_exhausted",
  "all_exhausted",
  "all_exhausted_without_replacement",
] as const;
export type InterleaveStoppingStrategy = (typeof interleaveStoppingStrategies)[number];
interface Drawn {
  readonly shares: readonly number[] | undefined;
  readonly ending: InterleaveStoppingStrategy;
  /** Setting under which differences are listed. */
  readonly key: string;
}

/** Mixes rows by shares, and lists where `mix` differs. Undefined: the shares don't fit the sources. */
export function interleaveText(
  s: ToolSettings,
  sources: readonly string[],
  { shares, ending, key }: Drawn,
): string | undefined {
  if (shares && (shares.length !== sources.length || !shares.every((share) => share > 0))) return undefined;
  if (ending === "all_exhausted")
    s.leave(key, "rows of a data set that is used up are not repeated here: each row is used once");
  else if (ending === "first_exhausted" && !shares)
    s.leave(key, "rows are drawn by chance here, in equal shares, and not from each data set in turn");
  const weights = shares ? [`weights: [${shares.join(", ")}]`] : [];
  const until = ending === "first_exhausted" ? [] : ["until: longest"];
  return `mix(${[...sources, ...weights, ...until].join(", ")})`;
}

/** Advice for rows that cannot be combined with those of the first data set. */
export const differentRowsAdvice =
  "its rows have another form than the first data set's: rewrite them, and add them to `mix(…)`";

/** Reports whether two data sets are read alike: their settings are equal, except for those that locate the rows. */
export function areDatasetsReadAlike(one: ToolSettings, other: ToolSettings, where: RegExp): boolean {
  const how = (s: ToolSettings): Readonly<Record<string, unknown>> =>
    Object.fromEntries(s.keys().flatMap((key) => (where.test(key) ? [] : [[key, s.value(key)]])));
  return isDeepStrictEqual(how(one), how(other));
}

/**
 * Rounds computed by Flower's strategies and by references written from papers (tests/golden/oracle/federation.json).
 */
import { readFileSync } from "node:fs";
import type { Call, Value } from "#dsl/language/types/value.js";
import type { AggregatorImplementation, ClientUpdate, RoundStateVectors } from "#stdlib/aggregators/kind.js";
import { meanWeightedByRows } from "#stdlib/aggregators/shared/mean.js";

export interface StrategyRun {
  readonly word: string;
  readonly settings: Readonly<Record<string, Value>>;
  readonly begin: readonly number[];
  readonly rounds: readonly {
    readonly rows: readonly number[];
    readonly deltas: readonly (readonly number[])[];
    readonly weights: readonly number[];
  }[];
}
export interface LocalRun {
  readonly word: string;
  readonly settings: Readonly<Record<string, Value>>;
  readonly rate: number;
  readonly begin: readonly number[];
  readonly clients: readonly { readonly x: readonly (readonly number[])[]; readonly y: readonly number[] }[];
  readonly rounds: readonly {
    /** Clients of the round, and the number of steps that each makes. */
    readonly clients: readonly number[];
    readonly steps: readonly number[];
    readonly weights: readonly number[];
    /** SCAFFOLD's control variate c. */
    readonly control?: readonly number[];
  }[];
}
const file = new URL("../../../../tests/golden/oracle/federation.json", import.meta.url);
export const golden = JSON.parse(readFileSync(file, "utf8")) as {
  readonly strategies: readonly StrategyRun[];
  readonly local: readonly LocalRun[];
};

export const callOf = (word: string, settings: Readonly<Record<string, Value>> = {}): Call => ({
  ...{ kind: "aggregator", word, arguments: settings },
});
export const titleOf = ({ word, settings }: Pick<StrategyRun, "word" | "settings">): string =>
  `${word} ${JSON.stringify(settings)}`;
export const zeros = (names: readonly string[] | undefined, length: number): Record<string, Float64Array> =>
  Object.fromEntries((names ?? []).map((name) => [name, new Float64Array(length)]));

/** Applies the updates of a round as a server does; returns the weights after it. Changes `kept`. */
export function served(
  implementation: AggregatorImplementation,
  call: Call,
  o: {
    readonly round: number;
    readonly weights: Float64Array;
    readonly updates: readonly ClientUpdate[];
    readonly kept: RoundStateVectors;
    readonly given?: RoundStateVectors;
    readonly share?: number;
  },
): Float64Array {
  const mean = implementation.combine?.(call, o.updates) ?? meanWeightedByRows(o.updates);
  const { round, kept, given = {}, share = 1 } = o;
  const step = implementation.step?.(call, { round, mean, given, share, saved: kept }) ?? mean;
  return o.weights.map((weight, at) => weight + step[at]!);
}

/**
 * Results of a first pass over streamed rows, for plans that need all rows before the first can be assigned. They are
 * the number of rows (for an evenly spaced sample), and what a split needs of each row: its time or its stratum.
 */
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { DataPlan, Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { DataRow } from "../row/row.js";
import { rowsForSplitter } from "../rows/splitting.js";

export interface SampledRowSplits {
  /** Returns whether the clean row with this number (from 0) is part of the sample. */
  picks(row: number): boolean;
  /** Split of each sampled row, in order; null: the split needs no first pass. */
  readonly splits: readonly (string | null)[] | null;
}

/** Returns null if no first pass is needed. `rows`: the clean rows; later passes must read the same rows. */
export async function precomputeSampleSplits(
  plan: DataPlan,
  registry: Registry,
  rows: () => AsyncIterable<readonly DataRow[]>,
): Promise<SampledRowSplits | null> {
  const { split, sample } = plan;
  const looking = split ? await lookingFor(split, registry, plan.seed) : undefined;
  if (sample === null && !looking) return null;
  let all = 0;
  for await (const some of rows()) {
    all += some.length;
    if (looking && split) for (const row of rowsForSplitter(some, plan, split, registry)) looking.look(row);
  }
  const picks = picking(all, sample);
  return { picks, splits: looking ? looking.assign(picks) : null };
}

async function lookingFor(split: Call, registry: Registry, seed: number) {
  return (await implementationOf(registry, "split", split.word)).foresee?.(split, seed);
}

/** Picks row ⌊(i + ½) · all / count⌋ for each i. */
function picking(all: number, count: number | null): (row: number) => boolean {
  if (count === null || count >= all) return () => true;
  return (row) => {
    const first = Math.max(0, Math.floor((row * count) / all - 0.5));
    for (let i = first; i < first + 3; i++) if (Math.floor(((i + 0.5) * all) / count) === row && i < count) return true;
    return false;
  };
}

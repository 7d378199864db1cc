/**
 * What a first look at streamed rows finds out, where a plan needs to know all of them before the first goes anywhere: how many
 * there are, for a sample at equal distances, and what a split keeps of each: its time, or its stratum.
 */
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { DataRow } from "../row/row.js";
import { rowsForSplitter } from "../rows/splitting.js";

export interface RowForecast {
  /** Whether the clean row of that number (from 0) is one of the sample. */
  picks(row: number): boolean;
  /** Of the rows that are picked, one after the other; null: the split needs no first look. */
  readonly splits: readonly (string | null)[] | null;
}

/** Null: nothing needs it. `rows`: clean ones, as they will come again. */
export async function foreseeRows(
  plan: DataPlan,
  registry: Registry,
  rows: () => AsyncIterable<readonly DataRow[]>,
): Promise<RowForecast | null> {
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

/** Row ⌊(i + ½) · all / count⌋ for each i. */
function picking(all: number, count: number | null): (row: number) => boolean {
  if (count === null || count >= all) return () => true;
  return (row) => {
    const first = Math.max(0, Math.floor((row * count) / all - 0.5));
    for (let i = first; i < first + 3; i++) if (Math.floor(((i + 0.5) * all) / count) === row && i < count) return true;
    return false;
  };
}

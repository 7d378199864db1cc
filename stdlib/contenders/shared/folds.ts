/** Folds of rows for cross-validation: shuffled and stratified by label, with rows of one group in the same fold. */
import { seededRandom, shuffle } from "../../statistics/chance.js";
import type { ValuesOfRole } from "./training-rows.js";

/** Returns the fold of each row, from 0. `values`: values of the rows by role. */
export function foldsOf(count: number, folds: number, values: ValuesOfRole): Uint32Array {
  const order = shuffle(
    Uint32Array.from({ length: count }, (_, row) => row),
    seededRandom(0, 61),
  );
  const [groups, labels] = [values("group"), values("label")];
  const fold = new Uint32Array(count);
  const ofGroup = new Map<string, number>();
  // Number of rows per label that already have a fold: the next row goes to the next fold.
  const placed = new Map<string, number>();
  for (const row of order) {
    const group = groups?.[row];
    const known = group === undefined || group === null ? undefined : ofGroup.get(String(group));
    const label = labels ? String(labels[row]) : "";
    const next = known ?? (placed.get(label) ?? 0) % folds;
    fold[row] = next;
    if (known !== undefined) continue;
    placed.set(label, (placed.get(label) ?? 0) + 1);
    if (group !== undefined && group !== null) ofGroup.set(String(group), next);
  }
  return fold;
}

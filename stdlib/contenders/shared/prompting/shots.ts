/**
 * Chooses few-shot examples from the training split: as evenly over the labels as their number allows, drawn by a seed.
 */
import { mustGet } from "#dsl/language/diagnostics/codes.js";
import { seededRandom, shuffle } from "../../../statistics/chance.js";

/** Random stream of the examples, separate from other uses of the same seed. */
const PURPOSE = 0x5107;

/**
 * Returns the row indices of the examples in the order shown. `kinds`: the label of each row. Each label gives one row
 * per round, in random order, as long as it has rows. The drawn rows are then shuffled, so that labels are mixed.
 * Returns all rows if there are fewer than `count`.
 */
export function chooseShots(kinds: readonly string[], count: number, seed: number): readonly number[] {
  const rows = new Map<string, number[]>();
  for (const [row, kind] of kinds.entries()) {
    const kindRows = rows.get(kind);
    if (kindRows) kindRows.push(row);
    else rows.set(kind, [row]);
  }
  const generator = seededRandom(seed, PURPOSE);
  // Sorts the labels, so that the order of the rows does not change the draw.
  const drawn = shuffle([...rows.keys()].sort(), generator).map((kind) =>
    shuffle(mustGet(rows, kind, "kind"), generator),
  );
  const chosen: number[] = [];
  for (let turn = 0; chosen.length < Math.min(count, kinds.length); turn++)
    for (const rowsOfKind of drawn) {
      const row = rowsOfKind[turn];
      if (row !== undefined && chosen.length < count) chosen.push(row);
    }
  return shuffle(chosen, generator);
}

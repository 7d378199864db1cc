/** Rows of the training split that are shown as examples: as even over the labels as their number allows, drawn by a seed. */
import { mustGet } from "#dsl/language/diagnostics/must.js";
import { seededRandom, shuffle } from "../../../statistics/chance.js";

/** Chance of its own beside what else a seed is asked for. */
const PURPOSE = 0x5107;

/**
 * Numbers of rows in the order in which they are shown. `kinds`: of each row what it is an example of (its label); each kind
 * gives one row in turn, in an order by chance, as long as it has some; what was drawn is then mixed, so that no kind stands
 * together. Fewer rows than `count` are all of them.
 */
export function chooseShots(kinds: readonly string[], count: number, seed: number): readonly number[] {
  const rows = new Map<string, number[]>();
  for (const [row, kind] of kinds.entries()) {
    const kindRows = rows.get(kind);
    if (kindRows) kindRows.push(row);
    else rows.set(kind, [row]);
  }
  const generator = seededRandom(seed, PURPOSE);
  // In an order that the rows' own doesn't change.
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

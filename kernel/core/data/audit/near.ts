/** Each split's texts beside those that train; those that are equal by `drop_duplicates`' rule are exact leaks, and not counted. */
import type { NearTexts } from "#dsl/types/audit-facts.js";
import { textKey } from "#stdlib/lib/cleaners/normal-form.js";
import { rowName } from "../row-names.js";
import { lettersOf, nearTexts, type Looking } from "./near-duplicates.js";
import { readIn, shown, type LookedRow, type SplitRows } from "./rows.js";

/** Pairs that are told; all are counted. */
const SHOWN = 5;

export async function nearIn(rows: SplitRows, o: Looking): Promise<NearTexts[]> {
  const { names } = rows;
  if (!names.includes("train") || names.length < 2) return [];
  const held = (split: string): LookedRow[] => [...rows.chunks(split)].flat();
  const train = held("train");
  const exact = new Set(train.map(({ values }) => textKey(values)));
  const among = train.map(({ values }) => lettersOf(readIn(values)));
  const others = names.flatMap((split) =>
    split === "train"
      ? []
      : held(split)
          .filter(({ values }) => !exact.has(textKey(values)))
          .map((row) => ({ split, row })),
  );
  // Of all splits at once: what trains is taken apart a single time.
  const near = await nearTexts(
    others.map(({ row }) => lettersOf(readIn(row.values))),
    among,
    { ...o, sets: names.length - 1 },
  );
  return names.flatMap((split): NearTexts[] => {
    const own = near.filter(({ text }) => others[text]?.split === split);
    const pairs = own.slice(0, SHOWN).flatMap(({ text, twin, likeness }) => {
      const [row, trained] = [others[text]?.row, train[twin]];
      if (!row || !trained) return [];
      return {
        ...{ row: rowName(row), text: shown(row), likeness: Number(likeness.toFixed(3)) },
        trained: { row: rowName(trained), text: shown(trained) },
      };
    });
    return own.length === 0 ? [] : [{ split, rows: own.length, pairs }];
  });
}

/** Texts that stand in more than one split: the same by the rule that `drop_duplicates` goes by. */
import type { DataFacts } from "#dsl/types/facts.js";
import { textKey } from "#stdlib/lib/cleaners/normal-form.js";
import type { Row } from "./rows.js";

/** Leaks that are listed with their rows; all are counted. */
const listed = 20;
const places = 6;

export function findLeaks(splits: ReadonlyMap<string, readonly Row[]>): Pick<DataFacts, "leaks" | "leakCount"> {
  if (splits.size < 2) return { leaks: [], leakCount: 0 };
  const first = new Map<string, { readonly split: string; readonly row: Row }>();
  const leaks = new Map<string, { text: string; places: { split: string; row: number }[] }>();
  for (const [split, rows] of splits)
    for (const row of rows) {
      const key = textKey(row.values);
      const before = first.get(key);
      if (!before) first.set(key, { split, row });
      else if (before.split !== split || leaks.has(key)) {
        let leak = leaks.get(key);
        if (!leak) {
          leak = {
            text: shownOf(before.row.values),
            places: [{ split: before.split, row: before.row.row }],
          };
          leaks.set(key, leak);
        }
        if (leak.places.length < places) leak.places.push({ split, row: row.row });
      }
    }
  return { leaks: [...leaks.values()].slice(0, listed), leakCount: leaks.size };
}

function shownOf(values: Row["values"]): string {
  return String(
    ["text", "question", "messages", "input"].map((role) => values[role]).find((value) => value !== undefined),
  );
}

import { loadLanguageDetector } from "#platform/languages.js";
import type { SlicingImplementation } from "./kind.js";
import { languageName } from "../text/languages/names.js";

export const language: SlicingImplementation = {
  async part(_call, rows) {
    const languageOf = await loadLanguageDetector();
    if (!languageOf) return null;
    const numbers = new Map<string, number>();
    const partOfRow = Int32Array.from({ length: rows.count }, (_, row) => {
      const code = languageOf(rows.text(row));
      if (code === undefined) return -1;
      const number = numbers.get(code) ?? numbers.size;
      numbers.set(code, number);
      return number;
    });
    const untold = partOfRow.filter((number) => number < 0).length;
    const parted = guessesFolded([...numbers.keys()].map(languageName), partOfRow);
    return { by: "language", ...parted, notes: notesOn(untold) };
  },
};

function notesOn(rows: number): readonly string[] {
  if (rows === 0) return [];
  return rows === 1
    ? ["1 row is too short to detect its language"]
    : [`${rows.toLocaleString("en-US")} rows are too short to detect their language`];
}

/**
 * Languages with fewer than `GUESSED` rows are likely misdetected, provided another language has at least `TOLD` rows.
 */
const GUESSED = 5;
const TOLD = 20;

/** Merges languages of very few rows, mostly misdetected short texts, into "other". */
function guessesFolded(
  names: readonly string[],
  partOfRow: Int32Array,
): { readonly names: readonly string[]; readonly partOfRow: Int32Array } {
  const rows = new Uint32Array(names.length);
  for (const number of partOfRow) if (number >= 0) rows[number]!++;
  if (!rows.some((count) => count >= TOLD) || !rows.some((count) => count < GUESSED)) return { names, partOfRow };
  const frequent = names.flatMap((_, number) => (rows[number]! < GUESSED ? [] : [number]));
  const place = new Map(frequent.map((number, i) => [number, i]));
  return {
    names: [...frequent.map((number) => names[number]!), "other"],
    partOfRow: partOfRow.map((number) => (number < 0 ? number : (place.get(number) ?? frequent.length))),
  };
}

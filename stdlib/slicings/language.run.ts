import { languageDetector } from "#platform/languages.js";
import type { SlicingImplementation } from "../kinds/slicing.js";
import { languageName } from "../lib/languages/names.js";

export const language: SlicingImplementation = {
  async part(_call, rows) {
    const languageOf = await languageDetector();
    if (!languageOf) return null;
    const numbers = new Map<string, number>();
    const of = Int32Array.from({ length: rows.count }, (_, row) => {
      const code = languageOf(rows.text(row));
      if (code === undefined) return -1;
      const number = numbers.get(code) ?? numbers.size;
      numbers.set(code, number);
      return number;
    });
    const untold = of.filter((number) => number < 0).length;
    return { by: "language", names: [...numbers.keys()].map(languageName), of, notes: notesOn(untold) };
  },
};

function notesOn(rows: number): readonly string[] {
  if (rows === 0) return [];
  return rows === 1
    ? ["1 row is too short to tell its language"]
    : [`${rows.toLocaleString("en-US")} rows are too short to tell their language`];
}

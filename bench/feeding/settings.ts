/** The rows of the feeding table. Each has the settings of the previous row and adds one. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { resolveBase } from "#kernel/bases/resolve.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";

export interface RowSettings {
  readonly name: string;
  readonly model: ModelName;
  readonly technique: "full" | "lora";
  readonly engine: string;
  readonly shuffle: "random" | "by_length";
  readonly packing: boolean;
  /** Texts, or packed rows, per batch. */
  readonly batch: number;
  readonly accumulate: number;
  readonly maxLength: number;
  /** Whether the rewriting passes run (folding, algebra, reassociation, fusion, common sub-expressions). */
  readonly passes: boolean;
  /** Whether the head computes its logits in chunks. */
  readonly chunked: boolean;
  readonly recompute: "none" | "blocks";
  readonly precision: "f32" | "bf16";
  /** Measured duration, after the first two steps. */
  readonly seconds: number;
}
export const models = ["minilm", "smollm2", "gpt2", "gpt2tiny"] as const;
export type ModelName = (typeof models)[number];

/**
 * `meanLength`: mean number of real tokens per text. It sizes packed batches to about as many tokens as batches of
 * single texts.
 */
export function rowsOf(
  o: Pick<RowSettings, "model" | "technique" | "engine" | "batch" | "maxLength" | "seconds">,
  meanLength: number,
): RowSettings[] {
  const language = o.model !== "minilm";
  const packed = Math.max(1, Math.round((o.batch * meanLength) / o.maxLength));
  const steps: (Partial<RowSettings> & { readonly name: string })[] = [
    { name: "random batches, padded" },
    { name: "+ length buckets", shuffle: "by_length" },
    ...(language ? [{ name: "+ packing instead", packing: true, batch: packed, shuffle: "random" } as const] : []),
    { name: "+ passes", passes: true },
    ...(language ? [{ name: "+ chunked loss", chunked: true }] : []),
    { name: "+ recomputation", recompute: "blocks" },
    { name: "+ bf16", precision: "bf16" },
    { name: "+ accumulation", accumulate: 2 },
  ];
  let row: RowSettings = {
    ...o,
    name: "",
    shuffle: "random",
    packing: false,
    accumulate: 1,
    passes: false,
    chunked: false,
    recompute: "none",
    precision: "f32",
  };
  return steps.map((step) => {
    row = { ...row, ...step };
    if (step.accumulate !== undefined) row = { ...row, batch: Math.max(1, Math.round(row.batch / step.accumulate)) };
    return row;
  });
}

/** Real text of mixed length: the 1,000 sentences of notebooks/data/sentiment.csv and the paragraphs of the documentation. */
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

/** Peak resident memory of a process so far, in MiB; 0 where the system does not report it. */
export function peakRss(pid: number): number {
  try {
    const kib = /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1];
    return Math.round(Number(kib ?? 0) / 1024);
  } catch {
    return 0;
  }
}

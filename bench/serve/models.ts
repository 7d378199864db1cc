/**
 * Models for the serving benchmarks: the quickstart's classifier, twice, and SmolLM2 after a few updates. The second
 * classifier has other label names, so that a response shows which one produced it. Each is a folder that transformers
 * also opens; SmolLM2 is also exported as GGUF files. They are created once per folder and reused.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { plainHostContext } from "#kernel/host/host-context.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { TuneSession } from "#kernel/features/tune-session.js";

const DATA = fileURLToPath(new URL("../../../notebooks/data/sentiment.csv", import.meta.url));
export const TOKENS = 64;
const RENAMED = { positive: "good", negative: "poor" } as const;

export interface Labelled {
  readonly folder: string;
  /** The notebook's prediction for each of the quickstart's test texts. */
  readonly said: readonly string[];
}
export interface Written {
  readonly folder: string;
  readonly gguf: { readonly f32: string; readonly q8_0: string };
}
interface Row {
  readonly text: string;
  readonly label: keyof typeof RENAMED;
  readonly part: string;
}
const rows = (): readonly Row[] => parse(readFileSync(DATA), { columns: true });

/** The test texts of the quickstart: one to more than sixty words. */
export const texts = (): readonly string[] => rows().flatMap(({ text, part }) => (part === "test" ? [text] : []));
/** One prompt per quickstart text, so that none repeats in a measurement. */
export const prompts = (): readonly string[] =>
  rows().map(({ text }) => `Review: ${text.split(" ").slice(0, 40).join(" ")}\nWhat the reviewer means is that`);

const CLASSIFIER = `model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8), max_length: 128 }
recipe quick { epochs: 3, batch_size: 32, optimizer: adamw(learning_rate: 2e-3), seed: 0 }
train mood on reviews with quick
deploy mood to huggingface("FOLDER", weights: merged)`;
const reviews = (file: string): string => `data reviews {
  source: csv("${file}"), columns: { text: text, label: label }
  clean: [unicode, strip_html, drop_empty, drop_duplicates], split: by_column(part)
  allow: { near-leak: "three exclamations that different people write alike" }
}`;

/** `renamed`: with the labels of the second classifier. */
export async function classifier(folder: string, renamed = false): Promise<Labelled> {
  const name = renamed ? "mood-renamed" : "mood";
  return once<Labelled>(folder, name, async (session) => {
    const own = rows().map(({ text, label, part }) => ({ text, part, label: renamed ? RENAMED[label] : label }));
    writeFileSync(join(folder, `${name}.jsonl`), own.map((row) => JSON.stringify(row)).join("\n"));
    const data = reviews(`${name}.jsonl`).replace("csv(", "jsonl(");
    await session.run(`${data}\n${CLASSIFIER.replace("FOLDER", name)}`);
    const predicted = await session
      .model("mood")
      .predict<{ readonly text: string; readonly label: string }>([...texts()]);
    return { folder: join(folder, name), said: predicted.map(({ label }) => label) };
  });
}

export async function writer(folder: string, base = "SmolLM2-135M-Instruct"): Promise<Written> {
  return once<Written>(folder, "writer", async (session) => {
    cpSync(DATA, join(folder, "sentiment.csv"));
    await session.run(`data reviews { source: csv("sentiment.csv"), columns: { text: text }, split: by_column(part), allow: { near-leak: "alike" } }
model writer { base: "${base}", task: text_generation, technique: lora(rank: 8), max_length: 64 }
train writer on reviews { steps: 2, batch_size: 4, optimizer: adamw(learning_rate: 1e-4), seed: 0 }
deploy writer to huggingface("writer", weights: merged)
deploy writer to gguf("writer.gguf", quantize: f32)
deploy writer to gguf("writer-q8.gguf", quantize: q8_0)`);
    const gguf = { f32: join(folder, "writer.gguf"), q8_0: join(folder, "writer-q8.gguf") };
    return { folder: join(folder, "writer"), gguf };
  });
}

/** Two layers over 2,000 tokens, from scratch: its text is meaningless and takes a millisecond. */
export async function small(folder: string): Promise<{ readonly folder: string }> {
  return once(folder, "small", async (session) => {
    cpSync(DATA, join(folder, "sentiment.csv"));
    await session.run(`data reviews { source: csv("sentiment.csv"), columns: { text: text }, split: by_column(part), allow: { near-leak: "alike" } }
model small { architecture: gpt2(layers: 2, hidden: 64, heads: 4), tokenizer: bpe(vocabulary: 2_000), task: text_generation, max_length: 256 }
train small on reviews { steps: 2, batch_size: 4, seed: 0 }
deploy small to huggingface("small")`);
    return { folder: join(folder, "small") };
  });
}

interface Session {
  run(text: string): Promise<void>;
  model(name: string): ModelHandle;
}
/** Returns the result of `make`, stored as NAME.json next to its files. */
async function once<T>(folder: string, name: string, make: (session: Session) => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const kept = join(folder, `${name}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8")) as T;
  process.stderr.write(`making ${name} in ${folder}\n`);
  const values = new Map<string, unknown>();
  const session = new TuneSession({
    folder,
    runs: join(folder, "runs"),
    names: { define: (key, value) => void values.set(key, value), remove: (key) => void values.delete(key) },
  });
  try {
    const made = await make({
      run: async (text) => {
        const screen = { display: () => undefined, update: () => undefined };
        await session.run({ id: name, title: name, text }, { screen, hostContext: plainHostContext(folder) });
      },
      model: (key) => values.get(key) as ModelHandle,
    });
    writeFileSync(kept, JSON.stringify(made, null, 1));
    return made;
  } finally {
    await session.close();
  }
}

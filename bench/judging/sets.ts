/**
 * The five real data sets as texts with one label each, and embeddings of their texts by the untuned MiniLM, cached.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import { cachePath } from "#kernel/fetch/cache.js";
import type { EmbeddingPrediction as Embedding } from "#stdlib/tasks/sentence_similarity.run.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { some, type DataSet } from "../quality/dataset.js";
import { cooking } from "../quality/datasets/cooking.js";
import { pronunciations } from "../quality/datasets/pronunciations.js";
import { questions } from "../quality/datasets/questions.js";
import { sentiment } from "../quality/datasets/sentiment.js";
import { speeches } from "../quality/datasets/speeches.js";

export interface Labelled {
  readonly text: string;
  readonly label: string;
  readonly part: "train" | "test";
}
export interface JudgedSet {
  readonly name: string;
  readonly about: string;
  rows(): Promise<readonly Labelled[]>;
}
interface Raw {
  readonly text: string;
  readonly part: "train" | "test";
}

const rowsOf = async <T>(set: DataSet): Promise<readonly T[]> => (await set.rows()) as readonly T[];
/** Samples this many rows of each part, by a hash of their text. */
const parts = (rows: readonly Labelled[], train: number, test: number): readonly Labelled[] =>
  (["train", "test"] as const).flatMap((part) =>
    some(
      rows.filter((row) => row.part === part),
      part === "train" ? train : test,
      ({ text }) => text,
    ),
  );

export const SETS: readonly JudgedSet[] = [
  {
    name: "questions",
    about: "2 intents",
    rows: async () =>
      (await rowsOf<Raw & { intent: string }>(questions)).map(({ text, intent, part }) => ({
        text,
        label: intent,
        part,
      })),
  },
  {
    name: "sentiment",
    about: "2 labels",
    rows: async () => (await rowsOf<Labelled>(sentiment)).map(({ text, label, part }) => ({ text, label, part })),
  },
  {
    name: "cooking",
    about: "titles that have one of 5 tags",
    rows: async () =>
      (await rowsOf<Raw & { tags: readonly string[] }>(cooking)).flatMap(({ text, tags, part }) =>
        tags.length === 1 ? [{ text, label: tags[0]!, part }] : [],
      ),
  },
  {
    name: "speeches",
    about: "which president; every fourth passage, drawn, is for testing",
    rows: async () => {
      const passages = await rowsOf<Raw & { speech: string }>(speeches);
      const test = new Set(some(passages, Math.round(passages.length / 4), ({ text }) => text));
      return passages.map((row) => ({
        text: row.text,
        label: row.speech.slice(5),
        part: test.has(row) ? ("test" as const) : ("train" as const),
      }));
    },
  },
  {
    name: "syllables",
    about: "words of the pronunciations by how many syllables they have: 1, 2, 3, more",
    rows: async () => {
      const words = await rowsOf<{ word: string; phonemes: string; part: Raw["part"] }>(pronunciations);
      const labelled = words.map(({ word, phonemes, part }): Labelled => {
        const vowels = phonemes.split(" ").filter((sound) => /^[AEIOU]/.test(sound)).length;
        return { text: word, label: vowels >= 4 ? "more" : String(Math.max(1, vowels)), part };
      });
      return parts(labelled, 4000, 1000);
    },
  },
];

/** Returns one vector per text, from the untuned base. */
export async function vectorsOf(name: string, texts: readonly string[]): Promise<readonly Float32Array[]> {
  const says = createHash("sha256").update(texts.join("\0")).digest("hex").slice(0, 12);
  const file = cachePath("quality", `vectors-${name}-${says}.f32`);
  if (!existsSync(file)) {
    const made = await embedded(texts);
    await mkdir(cachePath("quality"), { recursive: true });
    await writeFileAtomic(file, Buffer.concat(made.map((v) => Buffer.from(v.buffer, v.byteOffset, v.byteLength))));
  }
  const bytes = await readFile(file);
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const width = all.length / texts.length;
  return texts.map((_, i) => all.subarray(i * width, (i + 1) * width));
}

async function embedded(texts: readonly string[]): Promise<readonly Float32Array[]> {
  const models = new Map<string, unknown>();
  const folder = cachePath("quality");
  await mkdir(folder, { recursive: true });
  const session = new TuneSession({
    folder,
    runs: cachePath("quality", "runs"),
    names: { define: (name, value) => models.set(name, value), remove: (name) => models.delete(name) },
  });
  try {
    const silent = { display: () => undefined, update: () => undefined };
    const text = `model reader { base: "all-MiniLM-L6-v2", task: sentence_similarity, max_length: 128 }`;
    await session.run(
      { id: "vectors", title: "vectors", text },
      { screen: silent, hostContext: plainHostContext(folder, {}) },
    );
    const reader = models.get("reader") as ModelHandle;
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += 256) {
      const said = await reader.predict<Embedding>(texts.slice(at, at + 256));
      vectors.push(...said.map(({ embedding }) => Float32Array.from(embedding)));
    }
    return vectors;
  } finally {
    await session.close();
  }
}

/**
 * Trains a tokenizer on texts and returns the parts of a model folder. The cache key covers texts and settings, so the
 * same texts are trained on once.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import * as v from "valibot";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { FromScratchTokenizerDefaults } from "#dsl/language/types/capabilities/from-scratch.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { TrainedVocabulary } from "#stdlib/tokenizers/kind.js";
import { makePrivateFolder, writePrivateFileAsync } from "../../fetch/private.js";
import { cachePath, withFileLock } from "../../fetch/cache.js";
import { objectWith, readJsonCacheFile, wholeNumber, type Schema } from "../../fetch/json.js";

/** Increased when the same words would give another tokenizer. */
const VERSION = 1;

export interface TokenizerTrainingRequest {
  readonly call: Call;
  readonly specials: readonly string[];
  readonly unknown: string | null;
  readonly texts: readonly string[];
}
export interface TrainedTokenizer {
  readonly tokenizer: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly size: number;
}

/** Throws the coded error `vocabulary-too-small`. `data`: name of the data set, for errors. */
export async function trainTokenizer(
  call: Call,
  scratch: FromScratchTokenizerDefaults,
  texts: readonly string[],
  options: { readonly data: string; readonly registry: Registry; readonly signal?: AbortSignal | undefined },
): Promise<TrainedTokenizer> {
  const implementation = await implementationOf(options.registry, "tokenizer", call.word);
  const specials = scratch.specialTokens.map(([token]) => token);
  const unknown = scratch.specialTokens.find(([, ...roles]) => roles.includes("unknown"))?.[0] ?? null;
  const order = { call, specials, unknown, texts };
  const vocabularySize = Number(call.arguments["vocabulary"]);
  const { model, size, least } = await learnt(order, options.signal);
  if (least > vocabularySize)
    throw new CodedError("vocabulary-too-small", { asked: vocabularySize, least, data: options.data });
  const { blanksInWords, ...parts } = implementation.parts(call);
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: scratch.specialTokens.map(([content, ...roles], id) => ({
      id,
      content,
      single_word: false,
      lstrip: blanksInWords === true && roles.includes("mask"),
      rstrip: false,
      normalized: false,
      special: true,
    })),
    ...parts,
    post_processor: framing(scratch, specials),
    model,
  };
  return { tokenizer, settings: settingsOf(scratch), size };
}

async function learnt(order: TokenizerTrainingRequest, signal: AbortSignal | undefined): Promise<TrainedVocabulary> {
  const { texts, ...settings } = order;
  const hash = createHash("sha256").update(JSON.stringify([VERSION, settings]));
  for (const text of texts) hash.update(`\0${text}`);
  const folder = cachePath("tokenizers");
  const file = join(folder, `${hash.digest("hex").slice(0, 32)}.json`);
  return (
    readJsonCacheFile(file, trained) ??
    withFileLock(file, async () => {
      const other = readJsonCacheFile(file, trained);
      if (other) return other;
      const made = await onThread(order, signal);
      makePrivateFolder(folder);
      await writePrivateFileAsync(file, JSON.stringify(made));
      return made;
    })
  );
}

const trained: Schema<TrainedVocabulary> = objectWith({
  model: v.custom<TrainedVocabulary["model"]>((model) => isRecord(model) && typeof model["type"] === "string"),
  size: wholeNumber(),
  least: wholeNumber(),
});

function onThread(order: TokenizerTrainingRequest, signal: AbortSignal | undefined): Promise<TrainedVocabulary> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("tokenizer.worker.js", import.meta.url), {
      workerData: order,
      name: "tokenizer",
    });
    const stop = (): void => {
      void worker.terminate();
      reject(signal?.reason as Error);
    };
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => {
      signal?.removeEventListener("abort", stop);
      reject(new Error("the tokenizer's thread ended without an answer"));
    });
  });
}

/**
 * Returns `post_processor` of tokenizer.json: the special tokens for one text and for a pair; null if there are none.
 */
function framing(
  { singleTemplate: single, pairTemplate: pair, secondTokenType: types }: FromScratchTokenizerDefaults,
  specials: readonly string[],
): object | null {
  if (single === "A") return null;
  const pieces = (template: string): object[] => {
    let type_id = 0;
    return template.split(" ").map((name) => {
      if (name === "B" && types) type_id = 1;
      if (name === "A" || name === "B") return { Sequence: { id: name, type_id } };
      return { SpecialToken: { id: name, type_id } };
    });
  };
  const used = specials.filter((token) => `${single} ${pair}`.split(" ").includes(token));
  return {
    type: "TemplateProcessing",
    single: pieces(single),
    pair: pieces(pair),
    special_tokens: Object.fromEntries(
      used.map((token) => [token, { id: token, ids: [specials.indexOf(token)], tokens: [token] }]),
    ),
  };
}

const names = {
  pad: "pad_token",
  unknown: "unk_token",
  begin: "bos_token",
  end: "eos_token",
  classify: "cls_token",
  separate: "sep_token",
  mask: "mask_token",
} as const;

function settingsOf({ specialTokens: specials }: FromScratchTokenizerDefaults): Readonly<Record<string, unknown>> {
  const named = specials.flatMap(([token, ...roles]) => roles.map((role) => [names[role], token] as const));
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    clean_up_tokenization_spaces: false,
    ...Object.fromEntries(named),
  };
}

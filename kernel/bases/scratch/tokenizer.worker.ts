/**
 * Trains a tokenizer on a separate thread, so that the kernel stays responsive. Texts are split into words by the same
 * Rust code that later encodes them. The words are counted, and the tokenizer's implementation learns its pieces from
 * the counts.
 */
import { registerAllCodes } from "../../codes.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { parentPort, workerData } from "node:worker_threads";
import { Tokenizer as RustTokenizer } from "@anush008/tokenizers";
import { registry } from "#stdlib/registry.js";
import type { WordCounts, TrainableTokenizer, TrainedVocabulary } from "#stdlib/tokenizers/kind.js";
import type { TokenizerTrainingRequest } from "./train-tokenizer.js";

registerAllCodes();

const { call, specials, unknown, texts } = workerData as TokenizerTrainingRequest;
const implementation = await implementationOf(registry, "tokenizer", call.word);
const words = counted(texts, implementation.parts(call));
const trained: TrainedVocabulary = implementation.train(call, words, { specials, unknown });
mustExist(parentPort, "the thread that trains tokenizers").postMessage(trained);

function counted(lines: readonly string[], parts: ReturnType<TrainableTokenizer["parts"]>): WordCounts {
  const { normalizer, pre_tokenizer } = parts;
  const bare = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    post_processor: null,
    decoder: null,
  };
  const model = { type: "WordLevel", vocab: { "": 0 }, unk_token: "" };
  const rust = RustTokenizer.fromString(JSON.stringify({ ...bare, normalizer, pre_tokenizer, model }));
  const [normal, cutter] = [rust.getNormalizer(), rust.getPreTokenizer()];
  const counts = new Map<string, number>();
  for (const line of lines) {
    const text = line.replace(/\p{Surrogate}/gu, "\ufffd");
    const clean = normal ? normal.normalizeString(text) : text;
    const pieces = cutter ? cutter.preTokenizeString(clean) : ([[clean, [0, 0]]] as const);
    for (const [word] of pieces) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return { words: [...counts.keys()], counts: [...counts.values()] };
}

/**
 * Tokenizers whose tokens are single bytes, in the format of each family: characters beyond ASCII take several tokens.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
const added = (names: readonly string[]) => names.map((content, id) => ({ id, content, ...special }));
const plain = { version: "1.0", truncation: null, padding: null, normalizer: null, post_processor: null };

/** GPT-2's: every byte is a printable character. Id 0 ends a text. */
function byteLevel(): object {
  const printable = [...range(33, 127), ...range(161, 173), ...range(174, 256)];
  const rest = range(0, 256).filter((b) => !printable.includes(b));
  const characters = [...printable, ...rest.map((_, i) => 256 + i)].map((code) => String.fromCodePoint(code));
  const vocab = Object.fromEntries(["<|end|>", ...characters].map((token, id) => [token, id]));
  const level = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    ...plain,
    added_tokens: added(["<|end|>"]),
    pre_tokenizer: level,
    decoder: level,
    model: { type: "BPE", unk_token: null, fuse_unk: false, byte_fallback: false, vocab, merges: [] },
  };
}
/**
 * LLaMA's: blanks are ▁, every text gets one as a prefix, and characters outside the vocabulary fall back to bytes.
 */
function byteFallback(): object {
  const bytes = range(0, 256).map((b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`);
  const letters = [..."▁abcdefghijklmnopqrstuvwxyz"];
  const vocab = Object.fromEntries(["<unk>", "<s>", "</s>", ...bytes, ...letters].map((token, id) => [token, id]));
  return {
    ...plain,
    added_tokens: added(["<unk>", "<s>", "</s>"]),
    pre_tokenizer: null,
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: "▁" },
        { type: "Replace", pattern: { String: " " }, content: "▁" },
      ],
    },
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
    model: { type: "BPE", unk_token: "<unk>", fuse_unk: true, byte_fallback: true, vocab, merges: [] },
  };
}
/** Printable ASCII only, for models with few embeddings. Id 0 ends a text. */
function letters(): object {
  const characters = range(32, 127).map((code) => String.fromCodePoint(code));
  const vocab = Object.fromEntries(["<|end|>", "<unk>", ...characters].map((token, id) => [token, id]));
  return {
    ...plain,
    added_tokens: added(["<|end|>", "<unk>"]),
    pre_tokenizer: null,
    decoder: { type: "Fuse" },
    model: { type: "BPE", unk_token: "<unk>", fuse_unk: false, byte_fallback: false, vocab, merges: [] },
  };
}
/** T5's: Unigram; blanks are ▁, every text gets one as a prefix and `</s>` as a suffix. Only letters, each a token. */
function unigram(): object {
  const letters = [..."▁abcdefghijklmnopqrstuvwxyz:"].map((piece) => [piece, -3]);
  const pieces = [["<pad>", 0], ["</s>", 0], ["<unk>", 0], ...letters];
  const end = { SpecialToken: { id: "</s>", type_id: 0 } };
  const blank = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };
  return {
    ...plain,
    added_tokens: added(["<pad>", "</s>", "<unk>"]),
    pre_tokenizer: blank,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, end],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, end, { Sequence: { id: "B", type_id: 0 } }, end],
      special_tokens: { "</s>": { id: "</s>", ids: [1], tokens: ["</s>"] } },
    },
    decoder: blank,
    model: { type: "Unigram", unk_id: 2, vocab: pieces, byte_fallback: false },
  };
}
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

export const SMALL = { byteLevel, byteFallback, letters, unigram } as const;

/** Writes tokenizer.json (and its config) into a folder. */
export function writeTokenizer(folder: string, kind: keyof typeof SMALL): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(SMALL[kind]()));
  const end = kind === "byteFallback" || kind === "unigram" ? "</s>" : "<|end|>";
  const pad = kind === "unigram" ? "<pad>" : end;
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify({ eos_token: end, pad_token: pad }));
}

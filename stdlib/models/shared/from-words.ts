/**
 * Shared parts of families that can be built from scratch (`architecture: gpt2(layers: 4, …)`): the parameters for
 * their sizes, and the special tokens of the trained tokenizer. A family's `fromWords` turns the arguments into a
 * config.json, which its own `config` reads like any other.
 */
import type { FromScratchTokenizerDefaults } from "#dsl/language/types/capabilities/from-scratch.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { Call } from "#dsl/language/types/value.js";
import { defineParameter } from "#dsl/language/types/define.js";

const size = <N extends string>(
  name: N,
  doc: string,
  range: { readonly min: number; readonly max: number },
  value: number,
  why: string,
) =>
  defineParameter({
    name,
    type: { is: "number", integer: true },
    doc,
    range,
    default: { value },
    why,
    impact: "high",
  });

export const layersParameter = size(
  "layers",
  "Blocks one after the other. Time and weights grow with them.",
  { min: 1, max: 256 },
  4,
  "Four blocks learn simple texts in minutes.",
);
export const hiddenSizeParameter = size(
  "hidden",
  "Width of the stream of tokens; a multiple of `heads`.",
  { min: 2, max: 16_384 },
  256,
  "A narrow model trains fast: the weights of a block grow with the square of the width.",
);
export const headsParameter = size(
  "heads",
  "Heads of attention.",
  { min: 1, max: 256 },
  4,
  "Heads of 32 to 128 numbers are usual: hidden / heads.",
);
/** `times`: multiple of `hidden`; the result is rounded up to a multiple of 8. */
export const intermediateSizeParameter = (times: number, defaultText = `${times} × hidden`) =>
  defineParameter({
    name: "intermediate",
    type: { is: "number", integer: true },
    doc: "Width of the inner layer of each block.",
    range: { min: 1, max: 131_072 },
    default: { derived: defaultText, from: (draft) => Math.ceil((times * Number(draft["hidden"])) / 8) * 8 },
    why: "As the family's own models have it.",
    impact: "medium",
  });
export const keyValueHeadsParameter = (derived: string, from: (heads: number) => number) =>
  defineParameter({
    name: "key_value_heads",
    type: { is: "number", integer: true },
    doc: "Heads of keys and values, each shared by the same number of query heads; divides `heads`.",
    range: { min: 1, max: 256 },
    default: { derived, from: (draft) => from(Number(draft["heads"])) },
    why: "Fewer make generation faster and its memory smaller.",
    impact: "low",
  });
export const headSizeParameter = defineParameter({
  name: "head_size",
  type: { is: "number", integer: true },
  doc: "Numbers in each head; even.",
  range: { min: 2, max: 1024 },
  default: {
    derived: "hidden / heads",
    from: (draft) => Math.max(2, Math.floor(Number(draft["hidden"]) / Number(draft["heads"]))),
  },
  why: "As a rule heads share the width between them.",
  impact: "low",
});
export const attentionWindowParameter = defineParameter({
  name: "window",
  type: { is: "number", integer: true },
  doc: "Number of tokens that a layer with a window reads, itself included. Shorter windows make long texts cheaper.",
  range: { min: 1, max: 131_072 },
  default: { value: 512 },
  why: "Most short texts have at most 512 tokens, and the layers between see the whole text.",
  impact: "low",
});
export const tiedEmbeddingsParameter = defineParameter({
  name: "tied",
  type: { is: "boolean" },
  doc: "The output embedding is the input's.",
  default: { value: true },
  why: "A small model spends most of its weights on its vocabulary: one copy is enough.",
  impact: "medium",
});

export const sizeAliases = {
  num_layers: "layers",
  n_layer: "layers",
  n_layers: "layers",
  num_hidden_layers: "layers",
  hidden_size: "hidden",
  n_embd: "hidden",
  dim: "hidden",
  d_model: "hidden",
  num_attention_heads: "heads",
  n_head: "heads",
  n_heads: "heads",
  num_heads: "heads",
  intermediate_size: "intermediate",
  n_inner: "intermediate",
  hidden_dim: "intermediate",
  d_ff: "intermediate",
  num_key_value_heads: "key_value_heads",
  head_dim: "head_size",
  d_kv: "head_size",
} as const;

/** Reports `heads-divide`, `key-value-heads` and `odd-heads` for arguments that do not fit together. */
export function checkHeadCounts(
  { word, arguments: given }: Call,
  context: WordCheckContext,
  options: { readonly turned?: true } = {},
): void {
  const [width, count, shared, headWidth] = ["hidden", "heads", "key_value_heads", "head_size"].map((name) =>
    typeof given[name] === "number" ? given[name] : undefined,
  );
  if (width === undefined || count === undefined) return;
  if (headWidth === undefined && width % count)
    context.report(
      "heads-divide",
      { of: word, hidden: width, heads: count, nearest: nearestMultiple(width, count) },
      "heads",
    );
  else if (options.turned && (headWidth ?? width / count) % 2)
    context.report(
      "odd-heads",
      { of: word, size: headWidth ?? width / count, ...(headWidth === undefined ? {} : { own: true }) },
      headWidth === undefined ? "heads" : "head_size",
    );
  if (shared !== undefined && count % shared)
    context.report("key-value-heads", { heads: count, shared }, "key_value_heads");
}

function nearestMultiple(width: number, count: number): number {
  return Math.max(count, Math.round(width / count) * count);
}

export const bertScratchTokenizer: FromScratchTokenizerDefaults = {
  tokenizer: "wordpiece",
  specialTokens: [
    ["[PAD]", "pad"],
    ["[UNK]", "unknown"],
    ["[CLS]", "classify"],
    ["[SEP]", "separate"],
    ["[MASK]", "mask"],
  ],
  singleTemplate: "[CLS] A [SEP]",
  pairTemplate: "[CLS] A [SEP] B [SEP]",
  secondTokenType: true,
};
export const robertaScratchTokenizer: FromScratchTokenizerDefaults = {
  tokenizer: "bpe",
  specialTokens: [
    ["<s>", "begin", "classify"],
    ["<pad>", "pad"],
    ["</s>", "end", "separate"],
    ["<unk>", "unknown"],
    ["<mask>", "mask"],
  ],
  singleTemplate: "<s> A </s>",
  pairTemplate: "<s> A </s> </s> B </s>",
};
/** Special tokens of LLaMA, plus one for padding. */
export const llamaScratchTokenizer: FromScratchTokenizerDefaults = {
  tokenizer: "bpe",
  specialTokens: [
    ["<unk>", "unknown"],
    ["<s>", "begin"],
    ["</s>", "end"],
    ["<pad>", "pad"],
  ],
  singleTemplate: "<s> A",
  pairTemplate: "<s> A <s> B",
};
export const gemmaScratchTokenizer: FromScratchTokenizerDefaults = {
  tokenizer: "bpe",
  specialTokens: [
    ["<pad>", "pad"],
    ["<eos>", "end"],
    ["<bos>", "begin"],
    ["<unk>", "unknown"],
  ],
  singleTemplate: "<bos> A",
  pairTemplate: "<bos> A <bos> B",
};
/** Special tokens of families whose texts end with a token but begin with none. */
export const endOfTextScratchTokenizer: FromScratchTokenizerDefaults = {
  tokenizer: "bpe",
  specialTokens: [["<|endoftext|>", "end", "begin", "pad", "unknown"]],
  singleTemplate: "A",
  pairTemplate: "A B",
};

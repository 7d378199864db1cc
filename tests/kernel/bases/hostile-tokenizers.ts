/**
 * Tokenizer files that would crash the process that reads or uses them if nothing prevented it. Each was tried; the
 * fuzzer found some of them.
 */
const base = {
  version: "1.0",
  ...{ truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null },
  ...{ post_processor: null, decoder: null },
  model: { type: "WordLevel", vocab: { a: 0, "[UNK]": 1 }, unk_token: "[UNK]" },
};
const bytes = (...parts: readonly (readonly number[])[]): string => Buffer.from(parts.flat()).toString("base64");

/** A text that triggers each of these files. */
export const text = `aaa b ${"a".repeat(60)}b é`;

export const hostile: Readonly<Record<string, object>> = {
  "a merge shorter than its prefix": {
    ...base,
    model: {
      type: "BPE",
      vocab: { a: 0, b: 1, ab: 2 },
      merges: ["a b"],
      continuing_subword_prefix: "###########",
    },
  },
  "a character map whose places lie beyond it": {
    ...base,
    normalizer: { type: "Precompiled", precompiled_charsmap: bytes([4, 0, 0, 0], [255, 255, 255, 255]) },
  },
  "a pattern that looks back without an end": {
    ...base,
    pre_tokenizer: { type: "Split", pattern: { Regex: "(a+)+$" }, behavior: "Isolated", invert: false },
  },
  "a normalizer that makes a text of 10^12 characters": {
    ...base,
    normalizer: {
      type: "Sequence",
      normalizers: Array.from({ length: 12 }, () => ({
        type: "Replace",
        pattern: { String: "a" },
        content: "aaaaaaaaaa",
      })),
    },
  },
  "an unknown piece without a token for it": {
    ...base,
    model: { type: "Unigram", unk_id: null, vocab: [["a", -1]] },
  },
  "a template whose token has no name": {
    ...base,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: { toString: 1 }, type_id: 0 } }],
      pair: [],
      special_tokens: {},
    },
  },
  "a model without a kind": { ...base, model: { ...base.model, type: { toString: 1 } } },
  "a segment that is no number": {
    ...base,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: { toString: 1 } } }],
      pair: [],
      special_tokens: {},
    },
  },
  "a post-processor without a kind": { ...base, post_processor: { type: { toString: 1 } } },
  "an added token with another id than it says": {
    ...base,
    added_tokens: [
      ...[
        { id: 7, content: "<x>", special: true, single_word: false, lstrip: false, rstrip: false, normalized: false },
      ],
    ],
  },
};
/** Excessive nesting, such as a thousand levels, is rejected before parsing. */
export const deep = (levels: number): string =>
  JSON.stringify(base).replace(
    '"normalizer":null',
    `"normalizer":${'{"type":"Sequence","normalizers":['.repeat(levels)}${"]}".repeat(levels)}`,
  );
export const honest: object = { ...base, pre_tokenizer: { type: "Whitespace" } };

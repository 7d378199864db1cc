/**
 * SentencePiece's vocabulary of scored pieces (LLaMA 1 and 2, Mistral, Gemma) as byte-pair encoding: the merges are all
 * ways to join two pieces into a piece, the best first. Text that no piece covers is encoded as bytes.
 */
import type { GgufHeader } from "./file.js";
import type { TokenizerJsonParts, GgufVocabulary } from "./vocabulary.js";

const BLANK = "▁";

/** Converts the vocabulary. Coded errors: `gguf-malformed`, `gguf-unsupported`. */
export function sentencePieceTokenizerParts(gguf: GgufHeader, vocabulary: GgufVocabulary): TokenizerJsonParts {
  return /^gemma\d?$/.test(String(gguf.metadata["general.architecture"])) ? gemma(vocabulary) : llama(vocabulary);
}

function llama(vocabulary: GgufVocabulary): TokenizerJsonParts {
  const { tokens } = vocabulary;
  const prefixed = vocabulary.flag("add_space_prefix", true);
  const whole = [
    { type: "Replace", pattern: { String: BLANK }, content: " " },
    { type: "ByteFallback" },
    { type: "Fuse" },
  ];
  return {
    tokens,
    normalizer: null,
    pre_tokenizer: {
      type: "Metaspace",
      replacement: BLANK,
      prepend_scheme: prefixed ? "first" : "never",
      split: false,
    },
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: prefixed ? [...whole, { type: "Strip", content: " ", start: 1, stop: 0 }] : whole,
    },
    model: modelOf(tokens, vocabulary.numbers("tokenizer.ggml.scores")),
  };
}

/** Gemma's pieces may be runs of spaces, and their order, not their scores, determines the merges. */
function gemma(vocabulary: GgufVocabulary): TokenizerJsonParts {
  const tokens = vocabulary.tokens.map((token) => (/^ +$/.test(token) ? BLANK.repeat(token.length) : token));
  return {
    tokens,
    normalizer: { type: "Replace", pattern: { String: " " }, content: BLANK },
    pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithPrevious", invert: false },
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: BLANK }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
      ],
    },
    model: {
      ...modelOf(
        tokens,
        tokens.map((_, id) => -id),
      ),
      unk_token: vocabulary.special("unknown") ?? null,
    },
  };
}

function modelOf(tokens: readonly string[], scores: readonly number[]): TokenizerJsonParts["model"] {
  return { fuse_unk: true, byte_fallback: true, ignore_merges: false, merges: mergesOf(tokens, scores) };
}

interface Merge {
  readonly sides: readonly [string, string];
  readonly score: number;
  /** Code points of each side. */
  readonly lengths: readonly [number, number];
}

/** Every way to join two pieces into one: by score, then by the longer first side, then in vocabulary order. */
function mergesOf(tokens: readonly string[], scores: readonly number[]): readonly (readonly [string, string])[] {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges: Merge[] = [];
  tokens.forEach((token, id) => {
    if (ids.get(token) !== id) return;
    const points = Array.from(token);
    const ways: (Merge & { readonly order: readonly [number, number] })[] = [];
    for (let cut = 1, left = ""; cut < points.length; cut++) {
      left += points[cut - 1]!;
      const right = token.slice(left.length);
      const [a, b] = [ids.get(left), ids.get(right)];
      if (a === undefined || b === undefined) continue;
      ways.push({ sides: [left, right], score: scores[id]!, lengths: [cut, points.length - cut], order: [a, b] });
    }
    merges.push(...ways.sort((x, y) => x.order[0] - y.order[0] || x.order[1] - y.order[1]));
  });
  return merges
    .sort((x, y) => y.score - x.score || y.lengths[0] - x.lengths[0] || y.lengths[1] - x.lengths[1])
    .map(({ sides }) => sides);
}

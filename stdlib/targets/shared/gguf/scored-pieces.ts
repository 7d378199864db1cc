/**
 * Vocabularies of scored pieces with byte fallback, as in LLaMA 1 and 2, Mistral and Gemma. llama.cpp merges the
 * neighbours whose piece has the best score. Merges are equivalent if they are in the order of their pieces, with all
 * merges of a piece contiguous.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { bpeMergesOf } from "./byte-level.js";
import { boolValue, textValue } from "./header.js";
import type { GgufTokenizationMetadata, TokenizationRefusal } from "./tokenization.js";

type Json = Readonly<Record<string, unknown>>;
const BLANK = "▁";

export function scoredPieceTokenization(
  tokenizer: Json,
  model: Json,
  tokens: readonly string[],
): GgufTokenizationMetadata | TokenizationRefusal {
  const known = new Set(tokens);
  for (let byte = 0; byte < 256; byte++)
    if (!known.has(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`))
      return { refused: "its tokenizer has no piece for each byte, and llama.cpp wants them" };
  const scores = scoresOf(bpeMergesOf(model));
  if (!scores) return { refused: "its tokenizer merges pieces in an order that no scores can express" };
  const prefix = prefixOf(tokenizer);
  if (typeof prefix === "object") return prefix;
  return {
    metadata: {
      "tokenizer.ggml.pre": textValue("default"),
      "tokenizer.ggml.add_space_prefix": boolValue(prefix !== "never"),
    },
    scores,
    left: [
      ...(prefix === "first"
        ? [
            {
              part: "texts after a special token, which start without white space",
              instead: "they start with white space",
            },
          ]
        : []),
      ...unmade(tokenizer, tokens, scores),
    ],
  };
}

/** llama.cpp merges neighbours to any piece in the vocabulary, including pieces that no merge makes. */
function unmade(
  tokenizer: Json,
  tokens: readonly string[],
  scores: ReadonlyMap<string, number>,
): GgufTokenizationMetadata["left"] {
  const added = tokenizer["added_tokens"];
  const whole = new Set((Array.isArray(added) ? added : []).filter(isRecord).map((token) => token["content"]));
  const never = tokens.filter(
    (token) =>
      !scores.has(token) &&
      !whole.has(token) &&
      Array.from(token).length > 1 &&
      !/^<0x[0-9A-F]{2}>$|^\[+PAD/.test(token),
  );
  if (never.length === 0) return [];
  const few = never.slice(0, 3).join(", ");
  return [
    {
      part: `${String(never.length)} pieces that its merges never produce (${few})`,
      instead: "texts with them are cut into them",
    },
  ];
}

/** Returns the score of each merged piece; null if a piece's merges are not contiguous. */
function scoresOf(merges: readonly (readonly [string, string])[]): ReadonlyMap<string, number> | null {
  const scores = new Map<string, number>();
  let last: string | null = null;
  for (const [left, right] of merges) {
    const piece = left + right;
    if (piece === last) continue;
    if (scores.has(piece)) return null;
    scores.set(piece, -scores.size);
    last = piece;
  }
  return scores;
}

/** Returns where a space is added before texts. */
function prefixOf(tokenizer: Json): "always" | "first" | "never" | TokenizationRefusal {
  const normalizers = partsOf(tokenizer["normalizer"], "normalizers");
  const cuts = partsOf(tokenizer["pre_tokenizer"], "pretokenizers");
  const odd = normalizers.find((n) => n["type"] !== "Prepend" && n["type"] !== "Replace");
  if (odd) return { refused: `its tokenizer changes texts (${String(odd["type"])}) before it cuts them` };
  if (normalizers.some((n) => n["type"] === "Prepend" && n["prepend"] === BLANK)) return "always";
  const meta = cuts.find((c) => c["type"] === "Metaspace");
  if (!meta) return "never";
  const scheme = meta["prepend_scheme"] ?? (meta["add_prefix_space"] === false ? "never" : "always");
  return scheme === "never" || scheme === "first" ? scheme : "always";
}

function partsOf(value: unknown, inner: string): readonly Json[] {
  if (!isRecord(value)) return [];
  const parts = value[inner];
  return Array.isArray(parts) ? parts.filter(isRecord) : [value];
}

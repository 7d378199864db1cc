/**
 * Splits words and punctuation as in Rust: `Whitespace` of Hugging Face's JavaScript tokenizers knows only ASCII
 * letters.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";

const WORD = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`;
const WHITESPACE = {
  type: "Split",
  invert: true,
  behavior: "Removed",
  pattern: { Regex: String.raw`[${WORD}]+|[^${WORD}\p{White_Space}]+` },
};

/** Returns a tokenizer.json's `pre_tokenizer` with `Whitespace` corrected. */
export function correctWhitespacePreTokenizer(part: unknown): unknown {
  if (!isRecord(part)) return part;
  if (part["type"] === "Whitespace") return WHITESPACE;
  const parts = part["pretokenizers"];
  return Array.isArray(parts) ? { ...part, pretokenizers: parts.map(correctWhitespacePreTokenizer) } : part;
}

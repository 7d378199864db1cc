/** Words and marks as Rust tells them apart: `Whitespace` of Hugging Face's JavaScript tokenizers knows the letters of ASCII alone. */
import { isRecord } from "#dsl/language/diagnostics/record.js";

const WORD = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`;
const WHITESPACE = {
  type: "Split",
  invert: true,
  behavior: "Removed",
  pattern: { Regex: String.raw`[${WORD}]+|[^${WORD}\p{White_Space}]+` },
};

/** A `pre_tokenizer` of a tokenizer.json, as it is but for that. */
export function withRustWhitespace(part: unknown): unknown {
  if (!isRecord(part)) return part;
  if (part["type"] === "Whitespace") return WHITESPACE;
  const parts = part["pretokenizers"];
  return Array.isArray(parts) ? { ...part, pretokenizers: parts.map(withRustWhitespace) } : part;
}

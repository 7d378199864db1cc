/**
 * Describes how a tokenizer's tokens map to bytes of text, derived from its decoder. It holds where the bytes of a text
 * are the concatenated bytes of its tokens; decoders that look at neighbours or clean up have no such mapping.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";

export interface TokenSpelling {
  /**
   * `bytes`: every character of a token is a byte (GPT-2); `blanks`: a mark replaces the space (SentencePiece); `raw`:
   * unchanged.
   */
  readonly units: "bytes" | "blanks" | "raw";
  /** Mark that replaces a space, if `units` is `blanks`. */
  readonly blank: string;
  /** Whether tokens like `<0x0A>` are bytes. */
  readonly fallback: boolean;
  /** Spaces removed from the beginning of a text. */
  readonly strips: number;
}

const RAW: TokenSpelling = { units: "raw", blank: " ", fallback: false, strips: 0 };

/** `decoder` of tokenizer.json. Returns null if texts are not the concatenated bytes of their tokens. */
export function tokenSpellingOf(decoder: unknown): TokenSpelling | null {
  if (!isRecord(decoder)) return null;
  switch (decoder["type"]) {
    case "ByteLevel":
      return { ...RAW, units: "bytes" };
    case "Fuse":
      return RAW;
    case "Metaspace": {
      const { replacement, prepend_scheme: scheme, add_prefix_space: adds } = decoder;
      if (typeof replacement !== "string") return null;
      const strips = scheme === "never" || (scheme === undefined && adds === false) ? 0 : 1;
      return { ...RAW, units: "blanks", blank: replacement, strips };
    }
    case "Sequence":
      return ofParts(decoder["decoders"]);
    default:
      return null;
  }
}

/** LLaMA's sequence of decoders: Replace, ByteFallback, Fuse, Strip; any of them may be missing. */
function ofParts(parts: unknown): TokenSpelling | null {
  if (!Array.isArray(parts)) return null;
  let spelling = RAW;
  for (const part of parts as unknown[]) {
    if (!isRecord(part)) return null;
    const pattern = isRecord(part["pattern"]) ? part["pattern"]["String"] : undefined;
    const [type, content] = [part["type"], part["content"]];
    if (type === "Replace" && typeof pattern === "string" && content === " ")
      spelling = { ...spelling, units: "blanks", blank: pattern };
    else if (type === "ByteFallback") spelling = { ...spelling, fallback: true };
    else if (type === "Strip" && content === " " && part["stop"] === 0)
      spelling = { ...spelling, strips: Number(part["start"]) };
    else if (parts.length === 1) return tokenSpellingOf(part);
    else if (type !== "Fuse") return null;
  }
  return spelling;
}

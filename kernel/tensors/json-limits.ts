/**
 * Limits for foreign JSON before it is parsed: its depth and number of values are counted in its bytes, so that no
 * value is built that fills the memory or is too deep to traverse.
 */
export interface JsonLimits {
  readonly bytes: number;
  readonly depth: number;
  readonly values: number;
}
/** Limits for a model's configuration: the longest list of labels has some ten thousand entries. */
export const MODEL_CONFIG_JSON_LIMITS: JsonLimits = { bytes: 32 * 2 ** 20, depth: 64, values: 2_000_000 };
/** Limits for a vocabulary with its merges: the largest have 35 MB and two million values. */
export const VOCABULARY_JSON_LIMITS: JsonLimits = { bytes: 256 * 2 ** 20, depth: 64, values: 12_000_000 };

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN, CLOSE] = [new Set([0x5b, 0x7b]), new Set([0x5d, 0x7d])];

/** Returns which limit is exceeded; null if none is. Whether the text is valid JSON is left to the parser. */
export function exceededJsonLimit(bytes: Uint8Array, limits: JsonLimits): string | null {
  if (bytes.length > limits.bytes) return `it has more than ${String(limits.bytes / 2 ** 20)} MiB`;
  let [depth, values, quoted] = [0, 0, false];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (quoted) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (byte === COMMA) values++;
    else if (byte > 0x5a) {
      if (OPEN.has(byte)) {
        values++;
        if (++depth > limits.depth) return `it is more than ${String(limits.depth)} levels deep`;
      } else if (CLOSE.has(byte)) depth--;
    }
    if (values > limits.values) return `it has more than ${String(limits.values)} values`;
  }
  return null;
}

/**
 * Removes the separators between encoded bytes, in one pass per format: base64 is broken into lines, hexadecimal digits
 * are written as `73:6b`, `0x73, 0x6b` or `<Buffer 73 6b>`, and bytes as `[115, 107]`.
 */
/** Bytes with the separators removed. */
export interface BytesWithoutSeparators {
  readonly left: Buffer;
  /** Number of input bytes read, and the offset of the last input byte that was kept. */
  readonly read: number;
  readonly last: number;
}
export type SeparatorRemovalMode = "none" | "zeros" | "blanks" | "hexadecimal" | "numbers";

const DROPPED = -1;
const [COMMA, ZERO, X] = [0x2c, 0x30, 0x78];

/** Maps each byte value to the byte that replaces it; `DROPPED` if it is removed. */
function table(kindOf: (sign: string) => string | null): Int16Array {
  return Int16Array.from({ length: 256 }, (_, byte) => kindOf(String.fromCharCode(byte))?.charCodeAt(0) ?? DROPPED);
}
const isBlank = (sign: string): boolean => /[\s\0]/.test(sign);
const TABLES = {
  zeros: table((sign) => (sign === "\0" ? null : sign)),
  blanks: table((sign) => (isBlank(sign) ? null : sign)),
  hexadecimal: table((sign) => {
    if (/[\da-f]/i.test(sign)) return sign.toLowerCase();
    // The `x` of `0x73` also removes the zero before it.
    if (/x/i.test(sign)) return "x";
    return isBlank(sign) || /[-:,;_"'\\]/.test(sign) ? null : ".";
  }),
  numbers: table((sign) => (/\d/.test(sign) ? sign : isBlank(sign) || sign === "," ? "," : ".")),
};

/** @param upTo maximum number of output bytes */
export function removeByteSeparators(
  bytes: Buffer,
  sieve: SeparatorRemovalMode,
  upTo = Number.POSITIVE_INFINITY,
): BytesWithoutSeparators {
  if (sieve === "none")
    return { left: bytes, read: Math.min(upTo, bytes.length), last: Math.min(upTo, bytes.length) - 1 };
  const becomes = TABLES[sieve];
  const [isHex, isNumbers] = [sieve === "hexadecimal", sieve === "numbers"];
  const left = Buffer.allocUnsafe(bytes.length);
  let position = 0;
  let [read, last] = [0, 0];
  for (; read < bytes.length && position < upTo; read += 1) {
    const sign = becomes[bytes[read] ?? 0] ?? DROPPED;
    if (sign === DROPPED) continue;
    if (isHex && sign === X) {
      if (position > 0 && left[position - 1] === ZERO) position -= 1;
      continue;
    }
    if (isNumbers && sign === COMMA && position > 0 && left[position - 1] === COMMA) continue;
    last = read;
    left[position] = sign;
    position += 1;
  }
  return { left: left.subarray(0, position), read, last };
}

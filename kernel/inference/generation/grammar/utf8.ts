/**
 * Checks whether bytes are, or can still become, valid UTF-8. A grammar checks only the length of characters, which is
 * not enough.
 */

/** Returns the trailing bytes of an incomplete character; null if the bytes cannot become valid UTF-8. */
export function incompleteCharacterBytes(bytes: readonly number[]): readonly number[] | null {
  let index = 0;
  while (index < bytes.length) {
    const lead = bytes[index]!;
    const length = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0; // prettier-ignore
    if (length === 0) return null;
    for (let i = 1; i < length; i++) {
      const byte = bytes[index + i];
      if (byte === undefined) return bytes.slice(index);
      // Rejects overlong forms, surrogates and values above the last code point.
      const least = i > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const most = i > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (byte < least || byte > most) return null;
    }
    index += length;
  }
  return [];
}

/** Whether a token can occur in valid UTF-8; it may begin within a character. */
export function canTokenOccurInUtf8(token: Uint8Array): boolean {
  let from = 0;
  while (from < 3 && from < token.length && token[from]! >= 0x80 && token[from]! < 0xc0) from++;
  return incompleteCharacterBytes(Array.from(token.subarray(from))) !== null;
}

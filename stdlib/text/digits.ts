/** Digits of all scripts that are one UTF-16 unit each, so that replacing them preserves a text's length. */
const zeros = [
  ...[0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6],
  ...[0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0],
  ...[0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10],
] as const;
const ranges = zeros.map((zero) => `${String.fromCharCode(zero)}-${String.fromCharCode(zero + 9)}`).join("");
const digit = new RegExp(`[${ranges}]`, "g");
const ascii = new Map(
  zeros.flatMap((zero) => Array.from({ length: 10 }, (_, n) => [String.fromCharCode(zero + n), String(n)] as const)),
);

/** Converts `٣` and `३` to `3`. */
export function asciiDigits(text: string): string {
  return text.replace(digit, (one) => ascii.get(one) ?? one);
}

const wide = /[\uff01-\uff5e]/g;

/** Converts digits, and full-width letters and symbols, to ASCII; offsets are preserved. */
export function asciiForms(text: string): string {
  return asciiDigits(text).replace(wide, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0));
}

/**
 * Byte patterns of a secret in a file after decoding of escapes (bundle-decoding.ts) and joining of digits (sieves.ts):
 * plain, in either Unicode normalization form, in UTF-8, UTF-16 and Latin-1, in base64, as hexadecimal digits and as a
 * list of numbers.
 */
import { decodeEscapes } from "./bundle-decoding.js";
import type { SeparatorRemovalMode } from "./sieves.js";

export interface SecretSearchForm {
  readonly bytes: Buffer;
  /** Transformation of the file in which it is searched for. */
  readonly sieve: SeparatorRemovalMode;
  /** Null if the text itself shows the secret. */
  readonly as: "part of an address" | "base64" | "hexadecimal digits" | "a list of numbers" | null;
  /** Searched for only after escapes were decoded, not in the raw file. */
  readonly decoded?: true;
}

/** Minimum length of base64 parts: a shorter one occurs by chance. */
const SHORTEST = 8;
const FEWEST = 6;
/**
 * A secret that itself contains escapes is also searched for in decoded form. Minimum bytes of that form, some of which
 * must not be letters: otherwise it is a common word.
 */
const READ = 10;
/** Maximum levels of escapes that are decoded. */
export const MAX_DECODING_DEPTH = 5;

/** Returns distinct forms, plainest first. */
export function secretSearchFormsOf(value: string): readonly SecretSearchForm[] {
  const spellings = [...new Set([value, value.normalize("NFC"), value.normalize("NFD")])];
  const found = new Map<string, SecretSearchForm>();
  const add = (form: SecretSearchForm): void => {
    const key = `${form.sieve} ${form.bytes.toString("latin1")}`;
    if (form.bytes.length >= FEWEST && !found.has(key)) found.set(key, form);
  };
  for (const one of spellings) {
    for (const bytes of bytesOf(one)) add({ bytes, sieve: "none", as: null });
    for (const bytes of readAs(one)) add({ bytes, sieve: "none", as: null, decoded: true });
    if (one.includes(" "))
      add({ bytes: Buffer.from(one.replaceAll(" ", "+")), sieve: "none", as: "part of an address" });
    // Its lines may be indented in the file, or have other line ends.
    if (one.includes("\n")) add({ bytes: Buffer.from(one.replace(/[ \t\r\n]+/g, "")), sieve: "blanks", as: null });
  }
  for (const bytes of spellings.flatMap(bytesOf)) {
    for (const text of base64Forms(bytes)) add({ bytes: Buffer.from(text), sieve: "blanks", as: "base64" });
    add({ bytes: Buffer.from(bytes.toString("hex")), sieve: "hexadecimal", as: "hexadecimal digits" });
    add({ bytes: Buffer.from(bytes.join(",")), sieve: "numbers", as: "a list of numbers" });
  }
  return [...found.values()];
}

function bytesOf(text: string): readonly Buffer[] {
  const narrow = [...text].every((sign) => sign.charCodeAt(0) < 256);
  return [
    Buffer.from(text, "utf8"),
    ...(narrow ? [Buffer.from(text, "latin1")] : []),
    Buffer.from(text, "utf16le"),
    Buffer.from(text, "utf16le").swap16(),
  ];
}

/** Returns the secret with its own characters decoded as escapes. */
function readAs(text: string): readonly Buffer[] {
  const found: Buffer[] = [];
  let read = Buffer.from(text);
  for (let depth = 0; depth < MAX_DECODING_DEPTH; depth++) {
    const { left } = decodeEscapes(read);
    if (left.equals(read)) break;
    read = Buffer.from(left);
    if (read.length >= READ && /[^A-Za-z]/.test(read.toString("latin1"))) found.push(read);
  }
  return found;
}

/**
 * Base64 of the secret alone or within other data: preceding data shift it by 0, 2 or 4 bits, and following data change
 * its last character.
 */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const last = (before + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    const core = text.slice(Math.ceil((before * 8) / 6), last);
    return core.length < SHORTEST ? [] : [core, core.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

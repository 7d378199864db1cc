import fc, { type Arbitrary } from "fast-check";

const FIRST_SURROGATE = 0xd800;
const SURROGATES = 0x800;
const LAST = 0x10ffff;

/**
 * Generates any code point except surrogates. fast-check's own unit "binary" builds it from a table of all 1.1 million
 * code points, which costs seconds per process and as much again in garbage collection.
 */
const codePoint = fc
  .nat(LAST - SURROGATES)
  .map((place) => String.fromCodePoint(place < FIRST_SURROGATE ? place : place + SURROGATES), placeOf);

function placeOf(character: unknown): number {
  const code = typeof character === "string" ? character.codePointAt(0) : undefined;
  if (code === undefined || (code >= FIRST_SURROGATE && code < FIRST_SURROGATE + SURROGATES))
    throw new Error("no code point");
  return code < FIRST_SURROGATE ? code : code - SURROGATES;
}

/** Texts of any characters, including characters that are dangerous to some program. */
export function anyText(o: { readonly maxLength?: number } = {}): Arbitrary<string> {
  return fc.string({ unit: codePoint, ...o });
}

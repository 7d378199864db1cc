import fc, { type Arbitrary } from "fast-check";

const FIRST_SURROGATE = 0xd800;
const SURROGATES = 0x800;
const LAST = 0x10ffff;

/** Any code point but halves of pairs. fast-check's own unit "binary" is the same out of a table of all 1.1 million: seconds in each process, and as much for the collector from then on. */
const codePoint = fc
  .nat(LAST - SURROGATES)
  .map((place) => String.fromCodePoint(place < FIRST_SURROGATE ? place : place + SURROGATES), placeOf);

function placeOf(character: unknown): number {
  const code = typeof character === "string" ? character.codePointAt(0) : undefined;
  if (code === undefined || (code >= FIRST_SURROGATE && code < FIRST_SURROGATE + SURROGATES))
    throw new Error("no code point");
  return code < FIRST_SURROGATE ? code : code - SURROGATES;
}

/** Texts of any characters, those that are dangerous to some program among them. */
export function anyText(o: { readonly maxLength?: number } = {}): Arbitrary<string> {
  return fc.string({ unit: codePoint, ...o });
}

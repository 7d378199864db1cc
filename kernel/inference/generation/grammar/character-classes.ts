/** Sets of characters as ranges of code points, and their notation in a grammar. */

/** Inclusive ranges in ascending order. */
export type CodePointRanges = readonly (readonly [number, number])[];

const LAST = 0x10ffff;
/** Characters that JSON strings may contain unescaped: no quotes, no backslash, no control characters. */
export const UNESCAPED_JSON_CHARACTERS: CodePointRanges = [
  [0x20, 0x21],
  [0x23, 0x5b],
  [0x5d, 0xd7ff],
  [0xe000, LAST],
];
/** Code points beyond ASCII. */
const BEYOND: CodePointRanges = [
  [0x80, 0xd7ff],
  [0xe000, LAST],
];
const ALL_BEYOND = BEYOND.reduce((all, [low, high]) => all + high - low + 1, 0);

export function rangesOfCodePoint(code: number): CodePointRanges {
  return [[code, code]];
}
/** Returns the only character of the set; null if the set has several or none. */
export function onlyCodePoint(ranges: CodePointRanges): number | null {
  const [first] = ranges;
  return first && ranges.length === 1 && first[0] === first[1] ? first[0] : null;
}
export function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
export function complementRanges(ranges: CodePointRanges): CodePointRanges {
  const out: [number, number][] = [];
  let from = 0;
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (low > from) out.push([from, low - 1]);
    from = Math.max(from, high + 1);
  }
  if (from <= LAST) out.push([from, LAST]);
  return out;
}
export function intersectRanges(a: CodePointRanges, b: CodePointRanges): CodePointRanges {
  return a.flatMap(([low, high]) =>
    b.flatMap(([from, to]): [number, number][] =>
      Math.max(low, from) <= Math.min(high, to) ? [[Math.max(low, from), Math.min(high, to)]] : [],
    ),
  );
}

/** Maximum number of non-ASCII characters that are listed one by one. */
const SINGLY = 300;

/**
 * Returns a rule for one character of the set. XGrammar's classes handle ASCII, and all non-ASCII characters only
 * together. Other characters are listed one by one, or left out if there are too many. Null if none is left.
 */
export function characterClassText(ranges: CodePointRanges): string | null {
  const ascii = intersectRanges(ranges, [[0, 0x7f]]);
  const beyond = intersectRanges(ranges, BEYOND);
  const count = beyond.reduce((all, [low, high]) => all + high - low + 1, 0);
  if (count === ALL_BEYOND) return `[^${written(intersectRanges(complementRanges(ascii), [[0, 0x7f]]))}]`;
  const single = count <= SINGLY ? beyond.flatMap(([low, high]) => Array.from({ length: high - low + 1 }, (_, i) => low + i)) : []; // prettier-ignore
  const parts = [
    ...(ascii.length > 0 ? [`[${written(ascii)}]`] : []),
    ...single.map((code) => grammarLiteral(String.fromCodePoint(code))),
  ];
  return parts.length === 0 ? null : parts.length === 1 ? parts[0]! : `(${parts.join(" | ")})`;
}
function written(ranges: CodePointRanges): string {
  return ranges.map(([low, high]) => (low === high ? shown(low) : `${shown(low)}-${shown(high)}`)).join("");
}
export function grammarLiteral(text: string): string {
  return `"${Array.from(text, (character) => shown(codePointOf(character))).join("")}"`;
}
/** Returns letters and digits unchanged and escapes all others. */
function shown(code: number): string {
  const character = String.fromCodePoint(code);
  if (/[A-Za-z0-9 _]/.test(character)) return character;
  const hex = code.toString(16);
  return code > 0xffff ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
}

/**
 * Substrings that occur more than once in words; of those that always occur together, only the longest. They correspond
 * to the inner nodes of a suffix tree. Suffixes are radix-sorted only by as many characters as a piece may have.
 */

export interface RepeatedPiece {
  readonly piece: string;
  /** Occurrences × characters. */
  readonly score: number;
}

/** Returns pieces of two to `longest` characters, the highest score first; ties in code order. */
export function repeatedPieces(words: readonly string[], longest: number, most: number): readonly RepeatedPiece[] {
  const characters: string[] = [];
  const ids = new Map<string, number>();
  const [text, ends]: [number[], number[]] = [[], []];
  for (const word of words) {
    const wordCharacters = [...word];
    const end = text.length + wordCharacters.length;
    for (const character of wordCharacters) {
      let id = ids.get(character);
      if (id === undefined) ids.set(character, (id = characters.push(character)));
      text.push(id);
      ends.push(end);
    }
  }
  const n = text.length;
  const characterAt = (place: number, depth: number): number =>
    place + depth < ends[place]! ? text[place + depth]! : 0;
  let sorted = Int32Array.from({ length: n }, (_, i) => i);
  for (let depth = longest - 1; depth >= 0; depth--) {
    const starts = new Int32Array(characters.length + 2);
    for (let i = 0; i < n; i++) starts[characterAt(i, depth) + 1]!++;
    for (let c = 0; c <= characters.length; c++) starts[c + 1]! += starts[c]!;
    const next = new Int32Array(n);
    for (const place of sorted) next[starts[characterAt(place, depth)]!++] = place;
    sorted = next;
  }
  const shared = (a: number, b: number): number => {
    let length = 0;
    while (length < longest && characterAt(a, length) !== 0 && characterAt(a, length) === characterAt(b, length))
      length++;
    return length;
  };
  const found: { place: number; length: number; count: number }[] = [];
  /** Nodes on the path to the current suffix: their length, and the first suffix below them. */
  const open: { length: number; first: number }[] = [];
  for (let i = 1; i <= n; i++) {
    const length = i < n ? shared(sorted[i - 1]!, sorted[i]!) : 0;
    let first = i - 1;
    for (let node = open.at(-1); node && node.length > length; node = open.at(-1)) {
      open.pop();
      first = node.first;
      if (node.length > 1) found.push({ place: sorted[first]!, length: node.length, count: i - first });
    }
    if (length > (open.at(-1)?.length ?? 0)) open.push({ length, first });
  }
  const scored = found.map(({ place, length, count }) => ({
    piece: text
      .slice(place, place + length)
      .map((id) => characters[id - 1])
      .join(""),
    score: count * length,
  }));
  return scored.sort((a, b) => b.score - a.score || (a.piece < b.piece ? -1 : 1)).slice(0, most);
}

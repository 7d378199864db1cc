/**
 * Patterns of Jupyter's history search: `*` any text, `?` one character, `[abc]`, `[a-z]` and `[^a]` one of a set.
 * Matched without a regular expression (which picomatch and minimatch use too): with one, ten stars over a long text
 * would block the heartbeat for minutes.
 */
type Matcher = (text: string) => boolean;
/** Undefined: any text. */
type Piece = ((character: string) => boolean) | undefined;

export function globMatcher(pattern: string): Matcher {
  const pieces = piecesOf(pattern);
  return (text) => {
    const characters = [...text];
    let piece = 0;
    let position = 0;
    // the newest star, and where the part after it was last tried: earlier stars never need to take more
    let star = -1;
    let tried = 0;
    while (position < characters.length) {
      const wanted = pieces[piece];
      if (wanted?.(characters[position] ?? "")) {
        piece++;
        position++;
      } else if (wanted === undefined && piece < pieces.length) {
        star = piece++;
        tried = position;
      } else if (star >= 0) {
        piece = star + 1;
        position = ++tried;
      } else return false;
    }
    return pieces.slice(piece).every((left) => left === undefined);
  };
}

function piecesOf(pattern: string): Piece[] {
  const pieces: Piece[] = [];
  for (let position = 0; position < pattern.length; position++) {
    const character = String.fromCodePoint(pattern.codePointAt(position) ?? 0);
    const close = character === "[" ? pattern.indexOf("]", position + 2) : -1;
    if (character === "*") {
      if (pieces.length === 0 || pieces.at(-1) !== undefined) pieces.push(undefined);
    } else if (character === "?") pieces.push(() => true);
    else if (close > 0) {
      pieces.push(setOf(pattern.slice(position + 1, close)));
      position = close;
    } else {
      pieces.push((one) => one === character);
      position += character.length - 1;
    }
  }
  return pieces;
}

function setOf(text: string): (character: string) => boolean {
  const negated = /^[!^]/.test(text);
  const inner = text.slice(negated ? 1 : 0).replace(/[\\\]^[]/g, "\\$&");
  const set = new RegExp(`^[${negated ? "^" : ""}${validRanges(inner)}]$`, "su");
  return (character) => set.test(character);
}

/** A reversed range matches nothing in SQLite; this function takes its hyphen literally. */
function validRanges(set: string): string {
  return set.replace(/([^\\])-(.)/gsu, (whole, from: string, to: string) => (from <= to ? whole : `${from}\\-${to}`));
}

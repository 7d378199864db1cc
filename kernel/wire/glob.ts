/** Patterns of Jupyter's history search: `*` any text, `?` one character, `[abc]`, `[a-z]` and `[^a]` one of a set. */
export function globToRegExp(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const close = character === "[" ? pattern.indexOf("]", at + 2) : -1;
    if (character === "*") source += ".*";
    else if (character === "?") source += ".";
    else if (close > 0) {
      const negated = /^[!^]/.test(pattern.slice(at + 1));
      const inner = pattern.slice(at + (negated ? 2 : 1), close).replace(/[\\\]^[]/g, "\\$&");
      source += `[${negated ? "^" : ""}${validRanges(inner)}]`;
      at = close;
    } else source += character.replace(/[\\^$.|+()[\]{}/]/g, "\\$&");
  }
  return new RegExp(`^${source}$`, "su");
}

/** A range whose ends are the wrong way round matches nothing in SQLite; here its hyphen is taken literally. */
function validRanges(set: string): string {
  return set.replace(/([^\\])-(.)/gsu, (whole, from: string, to: string) => (from <= to ? whole : `${from}\\-${to}`));
}

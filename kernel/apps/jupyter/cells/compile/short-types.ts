/**
 * Shortens types in the compiler's messages: a model's type would fill a page, so long object types show only their
 * first names.
 */

/** Maximum length of an object type that is printed in full. */
const longest = 60;

/** Returns the message with long object types reduced to their first names. */
export function withShortTypes(message: string): string {
  let text = "";
  for (let position = 0; position < message.length;) {
    const end = message[position] === "{" ? closing(message, position) : position + 1;
    const names = end - position > longest ? namesOf(message.slice(position + 1, end - 1)) : [];
    text += names.length > 1 ? `{ ${[...names.slice(0, 3), "…"].join("; ")} }` : message.slice(position, end);
    position = end;
  }
  return text;
}
/**
 * Offset after the brace that closes the one at `from`; for a type that the compiler truncated, before the closing
 * quote.
 */
function closing(message: string, from: number): number {
  let depth = 0;
  for (let position = from; position < message.length; position++) {
    if (message[position] === "{") depth++;
    else if (message[position] === "}" && --depth === 0) return position + 1;
    else if (/^'(?:[.\s]|$)/.test(message.slice(position, position + 2))) return position;
  }
  return message.length;
}
/** Names of the members; empty for a function with several signatures. */
function namesOf(inside: string): readonly string[] {
  let depth = 0;
  const top = Array.from(inside, (c) => {
    depth -= Number("})]".includes(c));
    const here = depth;
    depth += Number("{([".includes(c));
    return here > 0 ? "" : c;
  }).join("");
  const name = /^\s*(?:readonly\s+)?([\p{ID_Continue}$]+)\??\s*[:(<]/u;
  return top.split(";").flatMap((member) => name.exec(member)?.[1] ?? []);
}

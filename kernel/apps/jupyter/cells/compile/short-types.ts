/** Types in the compiler's messages: what a model is would fill a page, so of long types of objects the first names stand alone. */

/** Longest that a type of an object is printed in full. */
const longest = 60;

/** A message in which types of objects are short: of long ones their first names alone. */
export function withShortTypes(message: string): string {
  let text = "";
  for (let at = 0; at < message.length;) {
    const end = message[at] === "{" ? closing(message, at) : at + 1;
    const names = end - at > longest ? namesOf(message.slice(at + 1, end - 1)) : [];
    text += names.length > 1 ? `{ ${[...names.slice(0, 3), "…"].join("; ")} }` : message.slice(at, end);
    at = end;
  }
  return text;
}
/** After the brace that closes the one at `from`; of a type that the compiler cut off, before the quote that ends it. */
function closing(message: string, from: number): number {
  let depth = 0;
  for (let at = from; at < message.length; at++) {
    if (message[at] === "{") depth++;
    else if (message[at] === "}" && --depth === 0) return at + 1;
    else if (/^'(?:[.\s]|$)/.test(message.slice(at, at + 2))) return at;
  }
  return message.length;
}
/** Of the members; of a function that several signatures call none. */
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

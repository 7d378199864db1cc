/** Types in the compiler's messages: what a model is would fill a page, so of long types of objects the first names stand alone. */

/** Longest that a type of an object is printed in full. */
const longest = 60;

/** A message in which types of objects are short: of long ones their first names alone. */
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
/** After the brace that closes the one at `from`; of a type that the compiler cut off, before the quote that ends it. */
function closing(message: string, from: number): number {
  let depth = 0;
  for (let position = from; position < message.length; position++) {
    if (message[position] === "{") depth++;
    else if (message[position] === "}" && --depth === 0) return position + 1;
    else if (/^'(?:[.\s]|$)/.test(message.slice(position, position + 2))) return position;
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

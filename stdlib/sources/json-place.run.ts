/**
 * Where a JSON text stops being JSON. The engine's own messages name no place in half of the cases and change with its
 * version, so the text is walked once more, only after it has failed to parse.
 */
const white = /[ \t\r\n]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const literal = /true|false|null/y;

export interface JsonFault {
  /** UTF-16 offset. */
  readonly at: number;
  readonly why: string;
}

/** The first fault, or null when the text is JSON. Depth does not matter: open brackets are kept in a list. */
export function jsonFault(text: string): JsonFault | null {
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const fault = (wanted: string): JsonFault => {
    const found =
      at >= text.length ? "the text ends" : `there is ${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))}`;
    return { at, why: `${found} where ${wanted} should be` };
  };
  const open: ("]" | "}")[] = [];
  for (;;) {
    skip(white);
    if (open.at(-1) === "}") {
      if (!skip(string)) return fault(text[at] === '"' ? "a whole string" : "a key in double quotes");
      skip(white);
      if (text[at] !== ":") return fault("a colon");
      at++;
      skip(white);
    }
    const start = text[at];
    if (start === "[" || start === "{") {
      at++;
      const closing = start === "[" ? "]" : "}";
      skip(white);
      if (text[at] !== closing) {
        open.push(closing);
        continue;
      }
      at++;
    } else if (!(skip(string) || skip(literal) || skip(number)))
      return fault(start === '"' ? "a whole string" : "a value");
    for (;;) {
      skip(white);
      const closing = open.at(-1);
      if (closing === undefined) return at < text.length ? fault("the end") : null;
      if (text[at] === ",") {
        at++;
        break;
      }
      if (text[at] !== closing) return fault(`a comma or \`${closing}\``);
      at++;
      open.pop();
    }
  }
}

/** Line and column (from 1, in code points) of an offset. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: [...before.slice(start)].length + 1 };
}

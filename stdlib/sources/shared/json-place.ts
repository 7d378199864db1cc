/**
 * Where a JSON text stops being JSON. The engine's own messages name no place in half of the cases and change with its
 * version, so the text is walked once more, only after it has failed to parse.
 */
import { codePointIn } from "#dsl/language/diagnostics/must.js";
const white = /[ \t\r\n]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const plain = /[^"\\\u0000-\u001f]*/y;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const literal = /true|false|null/y;

export interface JsonFault {
  /** UTF-16 offset. */
  readonly at: number;
  readonly why: string;
}

/** What Python and JavaScript print for values that JSON has no word for. */
const foreign = /-?Infinity|NaN|None|True|False|undefined/y;

/** The first fault, or null when the text is JSON. Depth and length don't matter: no pattern goes back, open brackets are kept in a list. */
export function jsonFault(text: string): JsonFault | null {
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const string = (): boolean => {
    const from = at;
    if (text[at] === '"') {
      at++;
      do skip(plain);
      while (skip(escaped));
      if (text[at++] === '"') return true;
    }
    at = from;
    return false;
  };
  const fault = (wanted: string): JsonFault => {
    foreign.lastIndex = at;
    const there = foreign.exec(text)?.[0];
    const found =
      at >= text.length
        ? "the text ends"
        : `there is ${there ?? JSON.stringify(String.fromCodePoint(codePointIn(text, at)))}`;
    return { at, why: `${found} where ${wanted} should be` };
  };
  const open: ("]" | "}")[] = [];
  for (;;) {
    skip(white);
    if (open.at(-1) === "}") {
      if (!string()) return fault(text[at] === '"' ? "a whole string" : "a key in double quotes");
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
    } else if (!(string() || skip(literal) || skip(number))) return fault(start === '"' ? "a whole string" : "a value");
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
  let [line, start] = [1, 0];
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", start))
    [line, start] = [line + 1, at + 1];
  let column = 1;
  for (let at = start; at < offset; column++) at += codePointIn(text, at) > 0xffff ? 2 : 1;
  return { line, column };
}

/**
 * Finds where a text stops being valid JSON. The JavaScript engine's messages give no position in half of the cases and
 * vary by version, so the text is scanned again, only after parsing has failed.
 */
import { mustCodePointAt } from "#dsl/language/diagnostics/codes.js";
const white = /[ \t\r\n]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const plain = /[^"\\\u0000-\u001f]*/y;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const literal = /true|false|null/y;

export interface JsonFault {
  /** UTF-16 offset. */
  readonly offset: number;
  readonly why: string;
}

/** Values that Python and JavaScript print but JSON does not have. */
const foreign = /-?Infinity|NaN|None|True|False|undefined/y;

/**
 * Returns the first error, or null if the text is valid JSON. Works for any depth and length: no pattern backtracks,
 * and open brackets are in a list.
 */
export function findJsonFault(text: string): JsonFault | null {
  let position = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = position;
    if (!pattern.test(text)) return false;
    position = pattern.lastIndex;
    return true;
  };
  const string = (): boolean => {
    const from = position;
    if (text[position] === '"') {
      position++;
      do skip(plain);
      while (skip(escaped));
      if (text[position++] === '"') return true;
    }
    position = from;
    return false;
  };
  const fault = (wanted: string): JsonFault => {
    foreign.lastIndex = position;
    const there = foreign.exec(text)?.[0];
    const found =
      position >= text.length
        ? "the text ends"
        : `there is ${there ?? JSON.stringify(String.fromCodePoint(mustCodePointAt(text, position)))}`;
    return { offset: position, why: `${found} instead of ${wanted}` };
  };
  const open: ("]" | "}")[] = [];
  for (;;) {
    skip(white);
    if (open.at(-1) === "}") {
      if (!string()) return fault(text[position] === '"' ? "a string" : "a key in double quotes");
      skip(white);
      if (text[position] !== ":") return fault("a colon");
      position++;
      skip(white);
    }
    const start = text[position];
    if (start === "[" || start === "{") {
      position++;
      const closing = start === "[" ? "]" : "}";
      skip(white);
      if (text[position] !== closing) {
        open.push(closing);
        continue;
      }
      position++;
    } else if (!(string() || skip(literal) || skip(number))) return fault(start === '"' ? "a string" : "a value");
    for (;;) {
      skip(white);
      const closing = open.at(-1);
      if (closing === undefined) return position < text.length ? fault("the end") : null;
      if (text[position] === ",") {
        position++;
        break;
      }
      if (text[position] !== closing) return fault(`a comma or \`${closing}\``);
      position++;
      open.pop();
    }
  }
}

/** Returns the line and column (from 1, in code points) of an offset. */
export function lineAndColumnOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  let [line, start] = [1, 0];
  for (let position = text.indexOf("\n"); position >= 0 && position < offset; position = text.indexOf("\n", start))
    [line, start] = [line + 1, position + 1];
  let column = 1;
  for (let position = start; position < offset; column++) position += mustCodePointAt(text, position) > 0xffff ? 2 : 1;
  return { line, column };
}

/**
 * Patterns of a program, matched in time linear in the text for any pattern. `re2js`, a port of RE2 to plain
 * JavaScript, also runs in a browser. JavaScript's own expressions backtrack, so that `(a+)+b` on forty letters never
 * ends. In return, RE2 supports no look-around and no back references.
 */
import { RE2JS, RE2JSSyntaxException } from "re2js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

export interface LinearTimePattern {
  /** Returns the non-overlapping, non-empty matches in order. Offsets count UTF-16 units. */
  spans(text: string): readonly { readonly start: number; readonly end: number }[];
  /** `replacement`: `$1` and `${name}` insert groups. */
  replaced(text: string, replacement: string): string;
}

/** Maximum length of a pattern, so that its automaton stays small. */
const longest = 1000;

/** Coded error `wrong-pattern`. */
export function linearTimePattern(pattern: string): LinearTimePattern {
  const why = patternProblem(pattern);
  if (why !== undefined) throw new CodedError("wrong-pattern", { pattern, why });
  const compiled = RE2JS.compile(pattern);
  return {
    spans(text) {
      const found: { start: number; end: number }[] = [];
      const matcher = compiled.matcher(text);
      while (matcher.find())
        if (matcher.end() > matcher.start()) found.push({ start: matcher.start(), end: matcher.end() });
      return found;
    },
    replaced: (text, replacement) => compiled.matcher(text).replaceAll(replacement),
  };
}

/** Returns why the pattern can't be used; undefined if it can. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern === "") return "it is empty";
  if (pattern.length > longest) return `it has more than ${String(longest)} characters`;
  try {
    const compiled = RE2JS.compile(pattern);
    return compiled.matcher("").matches() ? "it matches the empty text" : undefined;
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    return /^error parsing regexp: (.*)$/s.exec(error.message)?.[1] ?? error.message;
  }
}

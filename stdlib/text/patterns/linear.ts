/**
 * Patterns that a program brings, matched in time that follows the text's length whatever the pattern: `re2js`, a port of RE2
 * to plain JavaScript, runs in a browser too. JavaScript's own expressions search backwards, so that `(a+)+b` over forty
 * letters never ends; RE2's know no look-around and no back references, which is the price.
 */
import { RE2JS, RE2JSSyntaxException } from "re2js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

export interface LinearPattern {
  /** Stretches that match, in order and apart; empty ones left out. Offsets count UTF-16 units. */
  spans(text: string): readonly { readonly start: number; readonly end: number }[];
  /** `replacement`: `$1`, `${name}` stand for groups. */
  replaced(text: string, replacement: string): string;
}

/** What a pattern's text may be long, so that its machine stays small. */
const longest = 1000;

/** Coded error `wrong-pattern`. */
export function linearPattern(pattern: string): LinearPattern {
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

/** Why it can't be used; undefined: it can. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern === "") return "it is empty";
  if (pattern.length > longest) return `it has more than ${String(longest)} characters`;
  try {
    const compiled = RE2JS.compile(pattern);
    return compiled.matcher("").matches() ? "it matches where nothing stands" : undefined;
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    return /^error parsing regexp: (.*)$/s.exec(error.message)?.[1] ?? error.message;
  }
}

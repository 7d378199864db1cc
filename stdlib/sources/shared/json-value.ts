/**
 * Parses JSON without losing digits. An integer that a double cannot represent exactly (9007199254740993) and a number
 * that overflows (1e400) become strings of their digits, because a label or an id must not be rounded.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { MAX_NESTING_DEPTH } from "./codes.js";

/** Matches digits and exponents that may form such a number; most texts have none. */
const suspicious = /\d{16}|\d[eE]\+?\d{3}/;
const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Throws what `JSON.parse` throws if the text is not JSON. */
export function parseJsonKeepingDigits(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!suspicious.test(text)) return value;
  const rewritten = withDigits(text);
  return rewritten === text ? value : JSON.parse(rewritten);
}

/** Returns the same JSON with such numbers in quotes. */
function withDigits(text: string): string {
  const parts: string[] = [];
  for (let position = 0; position < text.length;) {
    const opening = text.indexOf('"', position);
    const end = opening < 0 ? text.length : opening;
    parts.push(text.slice(position, end).replace(number, (digits) => (isExact(digits) ? digits : `"${digits}"`)));
    position = opening < 0 ? text.length : afterString(text, opening);
    parts.push(text.slice(end, position));
  }
  return parts.join("");
}

function isExact(digits: string): boolean {
  const value = Number(digits);
  return Number.isFinite(value) && (Math.abs(value) <= Number.MAX_SAFE_INTEGER || /[eE]/.test(digits));
}

function afterString(text: string, opening: number): number {
  for (let position = text.indexOf('"', opening + 1); ; position = text.indexOf('"', position + 1)) {
    let slashes = 0;
    while (text[position - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return position + 1;
  }
}

/** Checks level by level, so that any depth can be detected. `row` null: the entire file. Coded error `deep-json`. */
export function checkNestingDepth(value: unknown, file: string, row: number | null): void {
  let level = inside([value]);
  for (let depth = 0; level.length > 0; depth++, level = inside(level))
    if (depth > MAX_NESTING_DEPTH) throw new CodedError("deep-json", { file, row, limit: MAX_NESTING_DEPTH });
}

function inside(values: readonly unknown[]): readonly unknown[] {
  const next: unknown[] = [];
  for (const value of values)
    for (const item of Array.isArray(value) ? (value as unknown[]) : Object.values(value as object))
      if (typeof item === "object" && item !== null) next.push(item);
  return next;
}

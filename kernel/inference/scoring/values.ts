/** Values of a row of answers, held to what they should be. Coded error `broken-answer`. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";

/** For errors. */
interface InFile {
  readonly file: string;
}

export function label(answers: InFile, row: number, field: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return broken(
    answers,
    row,
    field,
    value === undefined || value === null ? "is missing" : `is ${shown(value)}, no label`,
  );
}

/** Of fields, which some write as JSON and others as a text of it, the text. */
export function text(answers: InFile, row: number, field: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (isRecord(value)) return JSON.stringify(value);
  return broken(
    answers,
    row,
    field,
    value === undefined || value === null ? "is missing" : `is ${shown(value)}, no text`,
  );
}

export function list(answers: InFile, row: number, field: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) return broken(answers, row, field, `is ${shown(value)}, no list`);
  return value.map((one) => label(answers, row, field, one));
}

/** `whole`: they are all that may be said, and add up to 1. */
export function shares(answers: InFile, row: number, value: unknown, whole = true): ReadonlyMap<string, number> {
  if (!isRecord(value)) return broken(answers, row, "probabilities", `are ${shown(value)}, not \`{label: share}\``);
  const found = new Map<string, number>();
  for (const [name, share] of Object.entries(value)) {
    if (typeof share !== "number" || !(share >= 0 && share <= 1))
      return broken(answers, row, "probabilities", `of “${name}” are ${shown(share)}, not between 0 and 1`);
    found.set(name, share);
  }
  const sum = [...found.values()].reduce((a, b) => a + b, 0);
  // As they come out of a file with four digits.
  if (whole && Math.abs(sum - 1) > 0.01)
    return broken(answers, row, "probabilities", `add up to ${sum.toFixed(3)}, not to 1`);
  return found;
}

export function shown(value: unknown): string {
  const written = JSON.stringify(value) ?? "nothing";
  return written.length > 40 ? `${written.slice(0, 39)}…` : written;
}

export function broken({ file }: InFile, row: number, field: string, why: string): never {
  throw new CodedError("broken-answer", { file, row: row + 1, field, why });
}

/** Validates values of a row of predictions. Throws the coded error `broken-answer`. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";

/** Position in the file, for errors. */
interface InFile {
  readonly file: string;
}

export function answerLabelValue(answers: InFile, row: number, field: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return throwInvalidAnswerField(
    answers,
    row,
    field,
    value === undefined || value === null ? "is missing" : `is ${valueExcerpt(value)}, no label`,
  );
}

/** Returns a field as text; some files contain JSON, others JSON as a string. */
export function answerFieldText(answers: InFile, row: number, field: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (isRecord(value)) return JSON.stringify(value);
  return throwInvalidAnswerField(
    answers,
    row,
    field,
    value === undefined || value === null ? "is missing" : `is ${valueExcerpt(value)}, no text`,
  );
}

export function answerListValue(answers: InFile, row: number, field: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) return throwInvalidAnswerField(answers, row, field, `is ${valueExcerpt(value)}, no list`);
  return value.map((one) => answerLabelValue(answers, row, field, one));
}

/** `whole`: the labels are exhaustive and the probabilities must add up to 1. */
export function answerProbabilities(
  answers: InFile,
  row: number,
  value: unknown,
  whole = true,
): ReadonlyMap<string, number> {
  if (!isRecord(value))
    return throwInvalidAnswerField(answers, row, "probabilities", `are ${valueExcerpt(value)}, not \`{label: share}\``);
  const found = new Map<string, number>();
  for (const [name, share] of Object.entries(value)) {
    if (typeof share !== "number" || !(share >= 0 && share <= 1))
      return throwInvalidAnswerField(
        answers,
        row,
        "probabilities",
        `of “${name}” are ${valueExcerpt(share)}, not between 0 and 1`,
      );
    found.set(name, share);
  }
  const sum = [...found.values()].reduce((a, b) => a + b, 0);
  // Tolerance for values rounded to four digits.
  if (whole && Math.abs(sum - 1) > 0.01)
    return throwInvalidAnswerField(answers, row, "probabilities", `add up to ${sum.toFixed(3)}, not to 1`);
  return found;
}

export function valueExcerpt(value: unknown): string {
  const written = JSON.stringify(value) ?? "nothing";
  return written.length > 40 ? `${written.slice(0, 39)}…` : written;
}

export function throwInvalidAnswerField({ file }: InFile, row: number, field: string, why: string): never {
  throw new CodedError("broken-answer", { file, row: row + 1, field, why });
}

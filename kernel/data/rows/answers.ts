/** The role `answer`: read and cleaned with its context, then located in it. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import {
  parseGivenAnswers,
  answerWithOffset,
  locateAnswer,
  type LocatedAnswer,
  type GivenAnswer,
  type AnswerOccurrence,
} from "#stdlib/data/answers.js";
import { rowNameOf, type DataRow } from "../row/row.js";

type Values = Readonly<Record<string, unknown>>;

/**
 * Adds the answers found in the context; the role `answer_start` gives the position of a single answer. Coded errors
 * `not-an-answer` and `answer-elsewhere`.
 */
export function addAnswerPositions(
  values: Values,
  columns: Readonly<Record<string, string>>,
  row: RowIdentifier,
): Values {
  if (columns["answer"] === undefined || columns["context"] === undefined) return values;
  const { answer_start: start, ...rest } = values;
  const column = columns["answer"];
  const given = parseGivenAnswers(values["answer"]);
  if ("refused" in given) throw new CodedError("not-an-answer", { row, column, found: given.refused });
  const placed = columns["answer_start"] === undefined ? given : withStarts(given, start, { row, column });
  const context = typeof values["context"] === "string" ? values["context"] : "";
  const answer = placed.map((parsed): AnswerOccurrence => {
    const made = locateAnswer(parsed, context);
    if ("nth" in made) return made;
    throw new CodedError("answer-elsewhere", {
      row,
      answer: parsed.text,
      start: mustExist(parsed.start, "the place of the answer"),
      there: made.elsewhere,
    });
  });
  return { ...rest, answer };
}

function withStarts(
  answers: readonly GivenAnswer[],
  value: unknown,
  place: { readonly row: RowIdentifier; readonly column: string },
): readonly GivenAnswer[] {
  if (value === null || value === undefined || value === "" || answers.length === 0) return answers;
  const starts = Array.isArray(value) ? (value as unknown[]).map(Number) : [Number(value)];
  if (starts.length !== answers.length || !starts.every(Number.isInteger)) {
    const found = `${String(answers.length)} answers with the starts ${JSON.stringify(value)}`;
    throw new CodedError("not-an-answer", { ...place, found });
  }
  return answers.map((answer, i) => ({ ...answer, start: starts[i]! }));
}

/**
 * Returns the row with its answers' positions in the context. Throws the coded error `answer-not-there` if none occurs
 * in it.
 */
export function locateAnswersInContext(row: DataRow): DataRow {
  const { answer, context } = row.values;
  if (!Array.isArray(answer) || typeof context !== "string") return row;
  const placed = (answer as readonly AnswerOccurrence[]).map((parsed) => answerWithOffset(parsed, context));
  if (placed.length > 0 && placed.every(({ start }) => start === null))
    throw new CodedError("answer-not-there", { row: rowNameOf(row), answer: placed[0]!.text });
  return { ...row, values: { ...row.values, answer: placed } };
}

/** Formats answers for previews. */
export function answersText(answers: readonly LocatedAnswer[]): string {
  return [...new Set(answers.map(({ text }) => text))].join(" | ");
}

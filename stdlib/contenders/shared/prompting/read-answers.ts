/** Parses generated texts into the form in which a task reads predictions; counts answers that cannot be parsed. */
import type { BaselineRows, BaselineOutputs } from "../../kind.js";
import type { AnswerKind } from "./answer-kinds.js";

// Parses an answer text: a label, several labels or a number.

/** Returns the words in lower case without punctuation: `**Billing.**` gives `billing`. */
function plainWords(text: string): readonly string[] {
  return (
    text
      .toLowerCase()
      .normalize("NFKC")
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  );
}

/**
 * Returns the index of the label that an answer names: an exact match first, then a match up to case and punctuation,
 * then the one label whose words occur in the answer. Null if it names none, or several.
 */
export function labelNamedIn(answer: string, labels: readonly string[]): number | null {
  const written = answer.trim();
  const exact = labels.indexOf(written);
  if (exact >= 0) return exact;
  const writtenWords = plainWords(written).join(" ");
  const alike = labels.flatMap((label, l) =>
    writtenWords !== "" && plainWords(label).join(" ") === writtenWords ? [l] : [],
  );
  if (alike.length === 1) return alike[0]!;
  if (alike.length > 1) return null;
  const named = labelsNamedIn(answer, labels);
  return named.length === 1 ? named[0]! : null;
}

/**
 * Returns the indices of all labels whose words occur in an answer, in the order of the labels. A part of a longer
 * label does not count: `not spam` does not name `spam`.
 */
export function labelsNamedIn(answer: string, labels: readonly string[]): readonly number[] {
  const words = plainWords(answer);
  const labelWords = labels.map((label, number) => ({ number, words: plainWords(label) }));
  const longestFirst = labelWords.filter((one) => one.words.length > 0).sort((a, b) => b.words.length - a.words.length);
  /** For each word of the answer, the word count of the label that it belongs to. */
  const taken = new Array<number>(words.length).fill(0);
  const found = new Set<number>();
  for (const { number, words: wanted } of longestFirst)
    for (let position = 0; position + wanted.length <= words.length; position++) {
      // Labels with equally many words may match the same place: they differ only in punctuation.
      if (!wanted.every((word, i) => words[position + i] === word && taken[position + i]! <= wanted.length)) continue;
      taken.fill(wanted.length, position, position + wanted.length);
      found.add(number);
    }
  return [...found].sort((a, b) => a - b);
}

const NONE: ReadonlySet<string> = new Set(["", "none", "no label", "no labels", "nothing", "no answer"]);
/** Returns true if the answer means that a row has no label. */
export function meansNoLabel(answer: string): boolean {
  return NONE.has(plainWords(answer).join(" "));
}

/**
 * Returns the first number in an answer; null if there is none. A comma before three digits is a thousands separator,
 * any other comma a decimal point.
 */
export function numberNamedIn(answer: string): number | null {
  const found = /[-+\u2212]?(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)(?:e[-+]?\d+)?/iu.exec(
    answer,
  )?.[0];
  if (found === undefined) return null;
  const thousands = /^[-+\u2212]?\d{1,3}(?:,\d{3})+(?!\d)/u.test(found);
  const plain = found.replace("\u2212", "-").replaceAll(",", thousands ? "" : ".");
  const number = Number(plain);
  return Number.isFinite(number) ? number : null;
}

/** Logit of a predicted label without a probability. */
const GIVEN = Number.POSITIVE_INFINITY;

interface Reading {
  readonly labels: readonly string[];
  readonly train: BaselineRows | null;
}

export function parseAnswers(
  written: readonly string[],
  kind: AnswerKind,
  { labels, train }: Reading,
): BaselineOutputs {
  if (kind.is === "text") return { written };
  if (kind.is === "answer") return { written: written.map((answer) => (meansNoLabel(answer) ? "" : answer)) };
  if (kind.is === "label") {
    const named = written.map((answer) => labelNamedIn(answer, labels));
    const outputs = named.map((label) => oneOf(labels.length, label));
    return { outputs, ...counted(named, "named no label: they count as wrong") };
  }
  if (kind.is === "labels") {
    const named = written.map((answer) => {
      const found = labelsNamedIn(answer, labels);
      return found.length > 0 || meansNoLabel(answer) ? found : null;
    });
    const outputs = named.map((found) => Float32Array.from(labels, (_, l) => (found?.includes(l) ? GIVEN : -GIVEN)));
    return { outputs, ...counted(named, "named no label: these rows have no prediction") };
  }
  const numbers = written.map(numberNamedIn);
  const mean = meanOf(numbers, train);
  return {
    outputs: numbers.map((number) => Float32Array.of(number ?? mean.value)),
    ...counted(numbers, `contained no number: they count as ${mean.description}`),
  };
}

/** Returns logits that name one label, or NaN logits for none. */
function oneOf(labels: number, label: number | null): Float32Array {
  if (label === null) return new Float32Array(labels).fill(Number.NaN);
  return Float32Array.from({ length: labels }, (_, l) => (l === label ? GIVEN : -GIVEN));
}

function counted(found: readonly unknown[], what: string): { readonly notes?: readonly string[] } {
  const none = found.filter((one) => one === null).length;
  if (none === 0) return {};
  return { notes: [`${none.toLocaleString("en-US")} of ${found.length.toLocaleString("en-US")} answers ${what}`] };
}

/**
 * Returns the value for answers without a number: the mean of the training scores, else the mean of the other answers.
 */
function meanOf(
  numbers: readonly (number | null)[],
  train: BaselineRows | null,
): { readonly value: number; readonly description: string } {
  const scores = train?.values("score");
  const known = scores ? Array.from(scores, Number) : numbers.filter((one) => one !== null);
  const sum = known.reduce((a, b) => a + b, 0);
  return {
    value: known.length > 0 ? sum / known.length : 0,
    description: scores ? "the mean of the split `train`" : "the mean of the others",
  };
}

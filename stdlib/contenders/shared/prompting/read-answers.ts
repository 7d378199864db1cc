/** Parses generated texts into the form in which a task reads predictions; counts answers that cannot be parsed. */
import type { BaselineRows, BaselineOutputs } from "../../kind.js";
import type { AnswerKind } from "./answer-kinds.js";
import { labelNamedIn, labelsNamedIn, numberNamedIn, meansNoLabel } from "./answer-values.js";

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
    return { outputs, ...counted(named, "named no label: none is given to these rows") };
  }
  const numbers = written.map(numberNamedIn);
  const mean = meanOf(numbers, train);
  return {
    outputs: numbers.map((number) => Float32Array.of(number ?? mean.value)),
    ...counted(numbers, `held no number: ${mean.description} stands for them`),
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

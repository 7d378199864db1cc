/**
 * Notes on doubtful scores: nearly always the same prediction, no improvement over a constant baseline, or a label that
 * is never predicted correctly, which an overall score hardly shows.
 */
import { listNames } from "#dsl/language/diagnostics/lists.js";
import type { Call } from "#dsl/language/types/value.js";
import type { AnswerFrequency, ScoredOutcome } from "#stdlib/tasks/kind.js";
import { formatPercent } from "../../host/value-text.js";
import type { ScoreDifference } from "./comparison.js";

/** Minimum share of rows with one and the same prediction, for a note on it. */
const GIVEN = 0.95;
/** The note is given only if that prediction is correct for less than this share of the rows. */
const RIGHT = 0.8;
/**
 * Numeric predictions cluster near their mean if their standard deviation is below this fraction of the true values'.
 */
const HUGS = 0.25;
/** Minimum rows of a label for which finding none cannot be chance. */
const FEWEST = 5;

export interface ConstantBaselineComparison {
  readonly name: string;
  readonly beside: readonly {
    readonly name: string;
    readonly modelScore: number;
    readonly than: number;
    /** The prediction, if it differs from `name`. */
    readonly by?: string;
    readonly difference: ScoreDifference;
  }[];
}

export function scoreDoubtNotes(
  model: string,
  { commonest, spread, byLabel }: Pick<ScoredOutcome, "commonest" | "spread" | "byLabel">,
  constant: ConstantBaselineComparison | null,
  task?: Call,
): readonly string[] {
  const one = oneAnswer(model, commonest);
  // A model with a single prediction never finds other labels; that note is enough.
  const others = one.length > 0 ? [] : [...hugging(model, spread), ...neverFound(model, byLabel, task)];
  return [...one, ...others, ...noBetter(model, constant)];
}

function neverFound(model: string, byLabel: ScoredOutcome["byLabel"], task: Call | undefined): readonly string[] {
  const missed = (byLabel?.rows ?? []).filter(({ hit, have }) => hit === 0 && have >= FEWEST);
  if (!byLabel || missed.length === 0) return [];
  const [one, several] = byLabel.of;
  const missedTexts = missed
    .toSorted((a, b) => b.have - a.have)
    .map(({ label, have, given }) => {
      const rows = `says it of none of its ${String(have)} ${several}`;
      return `“${label}” (${rows}${given === 0 ? `, nor of any other ${one}` : `, but of ${String(given)} other ${given === 1 ? one : several}`})`;
    });
  const weighs = task?.word === "text_classification" && task.arguments["class_weight"] === undefined;
  const mend = weighs
    ? "try `class_weight: balanced` in the task, or `balance(over)` in the data's `clean`; more rows of it teach more than both"
    : "more rows of it would teach it";
  return [`${model} never finds ${listNames(missedTexts, { most: 5 })}: ${mend}`];
}

function hugging(model: string, spread: ScoredOutcome["spread"]): readonly string[] {
  if (!spread || !(spread.predicted < HUGS * spread.truth)) return [];
  const { predicted, truth, mean } = spread;
  return [
    `${model} predicts nearly the same for every row: its predictions are around ${number(mean)} with a standard deviation of ${number(predicted)}, the true values have ${number(truth)} (${formatPercent(predicted / truth)} of it)`,
  ];
}

function oneAnswer(model: string, commonest: AnswerFrequency | undefined): readonly string[] {
  if (!commonest || commonest.given < GIVEN || commonest.right >= RIGHT) return [];
  return [
    `${model} predicts ${commonest.answer} for ${formatPercent(commonest.given)} of the rows; it is correct for ${formatPercent(commonest.right)} of the rows`,
  ];
}

function noBetter(model: string, constant: ConstantBaselineComparison | null): readonly string[] {
  if (!constant || constant.beside.length === 0) return [];
  const { name, beside } = constant;
  const words = (comparisons: typeof beside): string =>
    comparisons
      .map(
        (one) =>
          `${one.name} ${number(one.modelScore)}, compared with ${number(one.than)}${one.by === undefined ? "" : ` (${one.by})`}`,
      )
      .join(", ");
  const worse = beside.filter(({ difference }) => difference.verdict === "worse");
  if (worse.length > 0) return [`${model} is worse than a constant prediction (${name}): ${words(worse)}`];
  const decided = beside.filter(({ difference }) => difference.verdict !== null);
  if (decided.length === 0 || decided.some(({ difference }) => difference.verdict === "better")) return [];
  return [`${model} is not shown to be better than a constant prediction (${name}): ${words(decided)}`];
}

function number(value: number): string {
  return value.toFixed(4);
}

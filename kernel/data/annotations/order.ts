/**
 * Orders the rows to annotate, with a reason for each. The order is the same for everyone, so that a cell that runs
 * again continues, and several annotators label the same rows. Rows without a label come first.
 */
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import type { RowToAnnotate } from "./annotation-session.js";
import type { AnnotationLabel } from "./line.js";
import type { AnnotatedRow } from "./overlay.js";

/** A classifier's prediction for a row: its label or labels, and the probability of each possible label. */
export interface ClassifierPrediction {
  readonly label: AnnotationLabel;
  readonly probabilities: Readonly<Record<string, number>>;
}
export interface DoubtedLabel {
  readonly row: RowIdentifier;
  readonly likely: string;
  /** Probability of its current label. */
  readonly chance: number;
}

/**
 * Orders rows by the hashes of their texts: a file that grows changes no other row's position. `predictions`: suggested
 * labels, if a model makes them.
 */
export function orderByHash(
  rows: readonly AnnotatedRow[],
  predictions?: readonly ClassifierPrediction[],
): readonly RowToAnnotate[] {
  const asks = rows.map((row, i): RowToAnnotate => ({
    row,
    why: row.before === null ? "no label" : "by chance",
    ...suggested(predictions?.[i]),
  }));
  return asks.sort(
    (a, b) =>
      unlabelledFirst(a, b) || (a.row.text < b.row.text ? -1 : a.row.text > b.row.text ? 1 : a.row.nth - b.row.nth),
  );
}

/**
 * Orders rows by uncertainty. With one label: by the margin between the two most probable labels (Scheffer, Decomain,
 * Wrobel 2001, "Active Hidden Markov Models for Information Extraction"). With several labels: by the probability
 * nearest to one half.
 */
export function orderByUncertainty(
  rows: readonly AnnotatedRow[],
  predictions: readonly ClassifierPrediction[],
  several: boolean,
): readonly RowToAnnotate[] {
  const asks = rows.map((row, i) => {
    const sure = several ? halfOf(predictions[i]!) : marginOf(predictions[i]!);
    const why = several ? `a chance within ${points(sure)} of one half` : `margin ${points(sure)}`;
    return {
      ask: {
        row,
        why: row.before === null ? `no label, ${why}` : why,
        ...suggested(predictions[i]),
      } satisfies RowToAnnotate,
      sure,
    };
  });
  return asks.sort((a, b) => unlabelledFirst(a.ask, b.ask) || a.sure - b.sure).map(({ ask }) => ask);
}

/** Returns only the doubted rows, in the order given. */
export function selectDoubtedRows(
  rows: readonly AnnotatedRow[],
  doubts: readonly DoubtedLabel[],
): readonly RowToAnnotate[] {
  const byName = new Map(rows.map((row) => [row.row, row]));
  return doubts.flatMap(({ row: name, likely, chance }): RowToAnnotate[] => {
    const row = byName.get(name);
    const why = `its label has a chance of ${points(chance)}`;
    return row ? [{ row, why, suggested: { label: likely, chance: null } }] : [];
  });
}

function marginOf({ probabilities }: ClassifierPrediction): number {
  const [first = 0, second = 0] = Object.values(probabilities).sort((a, b) => b - a);
  return first - second;
}
function halfOf({ probabilities }: ClassifierPrediction): number {
  return Math.min(...Object.values(probabilities).map((p) => Math.abs(p - 0.5)));
}
function suggested(prediction: ClassifierPrediction | undefined): Pick<RowToAnnotate, "suggested"> {
  if (!prediction) return {};
  const { label, probabilities } = prediction;
  return { suggested: { label, chance: typeof label === "string" ? (probabilities[label] ?? null) : null } };
}
function unlabelledFirst(a: RowToAnnotate, b: RowToAnnotate): number {
  return Number(a.row.before !== null) - Number(b.row.before !== null);
}
const points = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

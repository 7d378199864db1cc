/** Rare-label intervals of scores of the confusion matrix (Matthews' correlation, kappa). */
import type { LabelMetricInput } from "../kind.js";
import { midPInterval } from "../../statistics/mid-p.js";
import { scoreSpread, type UncertainProportion, type RareLabelIntervalMethod } from "../../statistics/spread.js";
import { pickValues } from "./resampled-outcomes.js";
import type { LabelCounts } from "./counts.js";
import { FREQUENT_LABEL_ROWS } from "./rare-shares.js";

/** Predictions for the rows of one label: counts by predicted label, the last one for no prediction. */
export type PredictionCounts = Float64Array;
type Table = readonly PredictionCounts[];

type Labelled = Omit<LabelMetricInput, "probabilities">;

export function confusionTable({ labels, truth, predicted }: Labelled): Table {
  const table = labels.map(() => new Float64Array(labels.length + 1));
  for (let row = 0; row < truth.length; row++)
    table[truth[row]!]![predicted[row]! < 0 ? labels.length : predicted[row]!]!++;
  return table;
}

export function countsOfConfusionTable(table: Table): readonly LabelCounts[] {
  return table.map((line, label) => ({
    hit: line[label]!,
    given: table.reduce((sum, other) => sum + other[label]!, 0),
    have: total(line),
  }));
}
const total = (counts: ArrayLike<number>): number => Array.from(counts).reduce((sum, one) => sum + one, 0);

/**
 * Returns the interval method. `cost`: cost of a mistake, 1 for the worst; the index after the last label means no
 * prediction.
 */
export function rareAgreementIntervals(
  input: Labelled,
  score: (table: Table) => number,
  cost: (truth: number, given: number) => number = (a, b) => Number(a !== b),
): RareLabelIntervalMethod {
  const { labels, truth, predicted } = input;
  const rowsOf = (units: Uint32Array): readonly number[][] => {
    const rows = labels.map((): number[] => []);
    units.forEach((row, index) => rows[truth[row]!]!.push(index));
    return rows;
  };
  return {
    frequent: (units) => rowsOf(units).every(({ length }) => length === 0 || length >= FREQUENT_LABEL_ROWS),
    measureSpread(units) {
      const rows = rowsOf(units);
      const unitInput = { labels, truth: pickValues(truth, units), predicted: pickValues(predicted, units) };
      const costOf = (index: number): number =>
        cost(unitInput.truth[index]!, unitInput.predicted[index]! < 0 ? labels.length : unitInput.predicted[index]!);
      const table = confusionTable(unitInput);
      const parts = [...recalls(rows, table, costOf), ...frequencies(rows, units.length)];
      return { ...scoreSpread(units.length, labels.length, moved(parts, table, score)), within: { low: -1, high: 1 } };
    },
  };
}

/** A share that the confusion matrix depends on. */
interface Part extends Pick<UncertainProportion, "label" | "units"> {
  readonly residuals: Float64Array;
  readonly from: number;
  readonly low: number;
  readonly high: number;
  /** Returns the matrix with another value of this share. */
  tableAt(table: Table, to: number): Table;
}

/** Returns the recall of each label: 1 minus the mean cost of its mistakes. */
function recalls(rows: readonly (readonly number[])[], table: Table, cost: (index: number) => number): readonly Part[] {
  return rows.flatMap((units, label): readonly Part[] => {
    if (units.length === 0) return [];
    const wrong = Float64Array.from(units, cost);
    const mean = total(wrong) / units.length;
    const residuals = wrong.map((one) => mean - one);
    const spread = total(residuals.map((one) => one ** 2));
    // Mistakes with less than the maximum cost vary less, which corresponds to a larger sample (Korn and Graubard,
    // 1998).
    const effective = spread > 0 ? (mean * (1 - mean) * units.length ** 2) / spread : units.length;
    const recall = table[label]![label]! / units.length;
    return [
      {
        label,
        units,
        residuals,
        from: 1 - mean,
        ...midPInterval((1 - mean) * effective, effective),
        tableAt: (current, to) => {
          const share = mean > 0 ? Math.max(0, 1 - ((1 - recall) * (1 - to)) / mean) : to;
          return current.with(label, withRecall(share, label, current));
        },
      },
    ];
  });
}

/**
 * Returns a label's row of the matrix at another recall. Its mistakes stay in proportion; without mistakes, they follow
 * the predictions for other rows.
 */
function withRecall(recall: number, label: number, table: Table): PredictionCounts {
  const own = table[label]!;
  const rows = total(own);
  const wrong = rows - own[label]!;
  const others = own.map((one, to) => {
    if (to === label) return 0;
    return wrong > 0 ? one : table.reduce((sum, line, from) => sum + (from === label ? 0 : line[to]!), 0);
  });
  const all = total(others);
  return others.map((one, to) => {
    if (to === label) return recall * rows;
    return (1 - recall) * rows * (all === 0 ? 1 / (own.length - 1) : one / all);
  });
}

/** Returns the frequency of each label except the most frequent one, against all other labels. */
function frequencies(rows: readonly (readonly number[])[], all: number): readonly Part[] {
  const most = Math.max(...rows.map(({ length }) => length));
  const commonest = rows.findIndex(({ length }) => length === most);
  return rows.flatMap((labelRows, label): readonly Part[] => {
    if (labelRows.length === 0 || label === commonest) return [];
    const share = labelRows.length / all;
    const residuals = new Float64Array(all).fill(-share);
    for (const index of labelRows) residuals[index] = 1 - share;
    return [
      {
        label,
        units: residuals.map((_, unit) => unit),
        residuals,
        from: share,
        ...midPInterval(labelRows.length, all),
        tableAt(current, to) {
          const is = total(current[label]!) / all;
          return current.map((line, l) => line.map((one) => one * (l === label ? to / is : (1 - to) / (1 - is))));
        },
      },
    ];
  });
}

/** Returns the effect of each share on the score, scaled up if changing all of them at once has a greater effect. */
function moved(parts: readonly Part[], table: Table, score: (table: Table) => number): readonly UncertainProportion[] {
  const value = score(table);
  const scored = (current: Table): number => {
    const found = score(current);
    return Number.isNaN(found) ? value : found;
  };
  const ends = parts.map((part) => {
    const [low, high] = [scored(part.tableAt(table, part.low)), scored(part.tableAt(table, part.high))];
    const rises = high >= low;
    return {
      rises,
      down: Math.max(0, value - Math.min(low, high)),
      up: Math.max(0, Math.max(low, high) - value),
      worst: rises ? part.low : part.high,
      best: rises ? part.high : part.low,
    };
  });
  // Moves each share in proportion to its effect.
  const further = (distances: readonly number[], to: readonly number[]): number => {
    const reach = Math.hypot(...distances);
    if (reach === 0) return 1;
    const all = parts.reduce(
      (current, part, i) => part.tableAt(current, part.from + (distances[i]! / reach) * (to[i]! - part.from)),
      table,
    );
    return Math.max(1, Math.abs(scored(all) - value) / reach);
  };
  const [lower, higher] = [
    further(
      ends.map(({ down }) => down),
      ends.map(({ worst }) => worst),
    ),
    further(
      ends.map(({ up }) => up),
      ends.map(({ best }) => best),
    ),
  ];
  return parts.map(({ label, units, residuals }, i) => {
    const { rises, down, up } = ends[i]!;
    return {
      label,
      units,
      down: down * lower,
      up: up * higher,
      residuals: rises ? residuals : residuals.map((one) => -one),
    };
  });
}

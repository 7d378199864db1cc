/** Scores of each model of a cross-validation on its held-out rows, and their variation. */
import type { DisplayOutput } from "../html.js";
import { tableView } from "../table.js";
import { groupedNumber, plural } from "../../host/value-text.js";

export interface FoldScores {
  readonly model: string;
  /** Number of held-out rows. */
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Mean and sample standard deviation of a metric over folds; the deviation of one value is NaN. */
export function meanAndDeviation(values: readonly number[]): { readonly mean: number; readonly sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}

export function foldsView(folds: readonly FoldScores[], { title }: { readonly title: string }): DisplayOutput {
  const names = [...new Set(folds.flatMap(({ metrics }) => Object.keys(metrics)))];
  const over = (name: string): string => {
    const values = folds.flatMap(({ metrics }) => metrics[name] ?? []).filter(Number.isFinite);
    if (values.length < 2) return "";
    const { mean, sd } = meanAndDeviation(values);
    return `${mean.toFixed(4)} ± ${sd.toFixed(4)}`;
  };
  const rows = folds.map(({ model, rows, metrics }) => [
    model,
    groupedNumber(rows),
    ...names.map((name) => metrics[name]?.toFixed(4) ?? ""),
  ]);
  return tableView(["model", "validation rows", ...names], [...rows, ["mean ± sd", "", ...names.map(over)]], {
    title,
    limit: folds.length + 1,
    caption: `${plural(folds.length, "fold")}, each scored by the model that did not see it; the deviation is that of one fold's score`,
  });
}

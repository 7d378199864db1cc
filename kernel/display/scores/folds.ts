/** What each model of a cross-validation comes to on the rows that it did not see, and how far they differ. */
import type { Shown } from "../bundle-output.js";
import { tableShown } from "../table.js";
import { count, plural } from "../../host/text.js";

export interface FoldScores {
  readonly model: string;
  /** Rows that it didn't see. */
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Mean and standard deviation (of a sample) of a metric over folds; of one value the deviation is no number. */
export function spreadOf(values: readonly number[]): { readonly mean: number; readonly sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}

export function foldsShown(folds: readonly FoldScores[], { title }: { readonly title: string }): Shown {
  const names = [...new Set(folds.flatMap(({ metrics }) => Object.keys(metrics)))];
  const over = (name: string): string => {
    const values = folds.flatMap(({ metrics }) => metrics[name] ?? []).filter(Number.isFinite);
    if (values.length < 2) return "";
    const { mean, sd } = spreadOf(values);
    return `${mean.toFixed(4)} ± ${sd.toFixed(4)}`;
  };
  const rows = folds.map(({ model, rows, metrics }) => [
    model,
    count(rows),
    ...names.map((name) => metrics[name]?.toFixed(4) ?? ""),
  ]);
  return tableShown(["model", "rows held out", ...names], [...rows, ["mean ± sd", "", ...names.map(over)]], {
    title,
    limit: folds.length + 1,
    caption: `${plural(folds.length, "fold")}, each scored by the model that did not see it; the deviation is that of one fold's score`,
  });
}

/** Scores of trainings of one recipe with several seeds, and their variation. */
import { meanAndDeviation } from "./folds.js";
import type { DisplayOutput } from "../html.js";
import { tableView } from "../table.js";
import { plural } from "../../host/value-text.js";

export interface SeedScores {
  readonly seed: number;
  readonly model: string;
  readonly run?: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** `0.8710 ± 0.0082`: mean and standard deviation over the seeds; empty for fewer than two. */
export function meanOverSeedsText(values: readonly number[]): string {
  const known = values.filter(Number.isFinite);
  if (known.length < 2) return "";
  const { mean, sd } = meanAndDeviation(known);
  return `${mean.toFixed(4)} ± ${sd.toFixed(4)}`;
}

/** `best`: the model that keeps the name, selected by `metric` on the validation rows. */
export function seedsView(
  seeds: readonly SeedScores[],
  { name, best, metric }: { readonly name: string; readonly best: string; readonly metric: string },
): DisplayOutput {
  const metrics = metricNamesOfSeeds(seeds);
  const rows = seeds.map((one) => [
    `${String(one.seed)}${one.model === best ? " (kept)" : ""}`,
    ...[one.model, one.run ?? ""],
    ...metrics.map((of) => one.metrics[of]?.toFixed(4) ?? ""),
  ]);
  const over = metrics.map((of) => meanOverSeedsText(seeds.map((one) => one.metrics[of] ?? Number.NaN)));
  return tableView(["seed", "model", "run", ...metrics], [...rows, ["mean ± sd", "", "", ...over]], {
    title: `Seeds of ${name}`,
    limit: seeds.length + 1,
    caption: `${plural(seeds.length, "seed")}, scored on the validation rows; the deviation is that of a single seed's score. \`${name}\` is now \`${best}\`, the best by ${metric}: since it was chosen as the best, its own score is a little too good`,
  });
}

export function metricNamesOfSeeds(seeds: readonly SeedScores[]): readonly string[] {
  return [...new Set(seeds.flatMap(({ metrics }) => Object.keys(metrics)))];
}

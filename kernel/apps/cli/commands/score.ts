/** `tunebook score FILE`: scores answers from any source, with the code and the intervals of `evaluate`. */
import type { Command } from "commander";
import { clipDistinct } from "#kernel/display/clip-differences.js";
import { oneLine, plural, printable } from "#kernel/host/value-text.js";
import { textTable } from "#kernel/display/text-table.js";
import { precisionRecallAndF1 } from "#stdlib/statistics/label-rates.js";
import { labelScoresView } from "#kernel/display/scores/labels-table.js";
import { readAnswersFile } from "#kernel/inference/scoring/answers-file.js";
import { scoreAnswers, type ScoredAnswers, type ScoredMetric } from "#kernel/inference/scoring/score-answers.js";
import { registry } from "#stdlib/registry.js";
import { runUntilInterrupted } from "../interrupted.js";

interface Options {
  readonly metrics?: string;
  readonly by?: string;
  readonly text?: string;
  readonly json?: true;
  readonly truth?: string;
  readonly predicted?: string;
  readonly probabilities?: string;
}

export function register(program: Command): void {
  program
    .command("score")
    .description(
      "compute metrics with 95 % intervals from predictions in a file (.jsonl, .json, .csv, .tsv) of any tool",
    )
    .argument("<file>", "rows with `truth` and `predicted`, or `probabilities: {label: share}`, or both")
    .option("--metrics <list>", 'metrics as in a program: "accuracy, f1(macro), log_loss" (default: the usual ones)')
    .option("--by <list>", 'also score slices of the rows: a column, or "team, length(bins: 4), language()"')
    .option("--json", 'print { "rows", "metrics": { NAME: { "value", "low", "high" } }, "labels", "by" }')
    .option("--truth <column>", "column of the correct answers")
    .option("--predicted <column>", "column of the predictions")
    .option("--text <column>", "column of the texts, for `length()` and `language()`")
    .option("--probabilities <column>", "column of the predicted probabilities")
    .action(async (path: string, options: Options) => {
      const folder = process.cwd();
      const { result: scored } = await runUntilInterrupted(async (signal) => {
        try {
          const answers = await readAnswersFile(folder, path, options);
          signal.throwIfAborted();
          return await scoreAnswers(answers, options, registry, { folder, signal });
        } catch (error) {
          if (signal.aborted) return null;
          throw error;
        }
      });
      if (scored) console.log(options.json ? JSON.stringify(asJson(scored)) : asText(scored));
      else process.exitCode = 130;
    });
}

/** Null values mean no number, or no interval. */
function asJson({ rows, metrics, by, byLabel, notes }: ScoredAnswers) {
  const parts = by.map((one) => ({
    column: one.by,
    slices: one.slices.map((slice) => ({
      value: slice.name,
      rows: slice.rows,
      metrics: slice.metrics && numbers(slice.metrics),
    })),
  }));
  // A single `by` is written as an object, not a list, for compatibility.
  const labels = byLabel?.rows.map(({ label, ...counts }) => ({
    label,
    rows: counts.have,
    ...precisionRecallAndF1(counts),
  }));
  return {
    rows,
    metrics: numbers(metrics),
    ...(notes.length > 0 && { notes }),
    ...(labels && { labels }),
    ...(parts.length > 0 && { by: parts.length === 1 ? parts[0] : parts }),
  };
}
function numbers(metrics: readonly ScoredMetric[]) {
  return Object.fromEntries(
    metrics.map(({ name, score, notes }) => [
      name,
      {
        value: score?.value ?? null,
        low: score?.interval?.low ?? null,
        high: score?.interval?.high ?? null,
        ...(notes && { notes }),
      },
    ]),
  );
}

function asText({ rows, metrics, methods, by, byLabel, notes: read }: ScoredAnswers): string {
  const wide = Math.max(...metrics.map(({ name }) => name.length));
  const lines = metrics.map((one) => `${one.name.padEnd(wide)}  ${shown(one)}`);
  const parts = by.flatMap(({ by: what, slices, notes }) => {
    const names = clipDistinct(
      slices.map(({ name }) => printable(oneLine(name))),
      60,
    );
    const head = [what, "rows", ...metrics.map(({ name }) => name)];
    const cells = slices.map(({ rows: rowCount, metrics: found }, i) => [
      ...[names[i] ?? "", rowCount.toLocaleString("en-US")],
      ...(found ? found.map(shown) : metrics.map((_, m) => (m === 0 ? "too few rows" : ""))),
    ]);
    const align = head.map((_, i) => (i === 0 ? ("left" as const) : ("right" as const)));
    return ["", ...(cells.length > 0 ? [textTable(head, cells, align)] : [`by ${what}`]), ...notes];
  });
  return [
    plural(rows, "row"),
    ...lines,
    ...metrics.flatMap(({ name, notes = [] }) => notes.map((note) => `${name}: ${note}`)),
    ...read,
    ...(methods === "" ? [] : [`95 % intervals: ${methods}`]),
    ...(byLabel && byLabel.rows.length > 0 ? ["", String(labelScoresView(byLabel).bundle["text/plain"])] : []),
    ...parts,
  ].join("\n");
}

function shown({ score, why }: ScoredMetric): string {
  if (!score) return why === undefined ? "none" : `none: ${why}`;
  const { value, interval } = score;
  return interval ? `${value.toFixed(3)} (${interval.low.toFixed(3)} – ${interval.high.toFixed(3)})` : value.toFixed(3);
}

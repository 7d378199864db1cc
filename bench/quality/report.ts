/** Formats the results as a Markdown table; the results are its only input. */
import type { Baseline, Measured, Results } from "./results.js";
import type { QualityTask } from "./tasks.js";

export function markdown(results: Results, tasks: readonly QualityTask[]): string {
  const shown = tasks.filter((task) => results.rows.some((row) => row.task === task.name));
  return [
    "# Techniques on real data",
    "",
    `Made by \`${results.command}\` from techniques.json (schema ${String(results.schema)}): don't edit. Every row is a Tune program that ran as \`tunebook run\` runs it; what is not written under a table is the language's default, the learning rate too. Scores are of the test rows, mean ± standard deviation over the seeds. Memory is the greatest resident memory of the engine's process; seconds are the training loop's (median; bench/LOG.md says what else the machine did).`,
    ...(results.command.includes("--quick")
      ? ["", "**A quick try: a few rows of each data set, one epoch, one seed. The scores mean nothing.**"]
      : []),
    ...shown.flatMap((task) => ["", ...section(task, results)]),
    "",
  ].join("\n");
}

function section(task: QualityTask, results: Results): readonly string[] {
  const rows = results.rows.filter((row) => row.task === task.name);
  const metrics = [...task.metrics, ...(task.characters === undefined ? [] : ["bits_per_character"])];
  const techniques = [...new Set(rows.map((row) => row.technique))].sort(
    (a, b) => task.techniques.indexOf(a) - task.techniques.indexOf(b),
  );
  const head = ["technique", ...metrics, "learning rate", "trainable", "share", "memory, MiB", "seconds", "seeds"];
  const baselines = results.baselines.filter((baseline) => baseline.task === task.name);
  return [
    `## ${task.title} (\`${task.name}\`)`,
    "",
    `${task.set.about}. Licence: ${task.set.licence}. \`${task.base}\`, \`${task.task}\`, \`${task.recipe}\`.`,
    "",
    line(head),
    line(head.map((_, i) => (i === 0 ? "---" : "--:"))),
    ...techniques.map((technique) =>
      line(
        cells(
          rows.filter((row) => row.technique === technique),
          metrics,
        ),
      ),
    ),
    ...baselines.map((baseline) => line(baselineCells(baseline, metrics, head.length))),
    "",
    [
      ...new Set(
        rows.map((row) => `${row.engine}; ${row.processor}; Tunebook ${row.tunebook}; ${row.at.slice(0, 10)}`),
      ),
    ].join(". ") + ".",
    ...new Set(baselines.map((b) => `Baselines: ${b.versions}, \`${b.command}\`.`)),
  ];
}

function cells(rows: readonly Measured[], metrics: readonly string[]): readonly string[] {
  const first = rows[0]!;
  const peak = Math.max(...rows.map((row) => row.peak_mib));
  return [
    `\`${first.technique}\``,
    ...metrics.map((metric) => spread(rows.map((row) => row.scores[metric] ?? Number.NaN))),
    rate(first.learning_rate),
    first.trainable.toLocaleString("en"),
    `${((100 * first.trainable) / first.parameters).toPrecision(3)} %`,
    peak > 0 ? peak.toLocaleString("en") : "–",
    median(rows.map((row) => row.seconds)).toFixed(1),
    String(rows.length),
  ];
}
function baselineCells(baseline: Baseline, metrics: readonly string[], width: number): readonly string[] {
  const scores = metrics.map((metric) => (metric in baseline.scores ? figure(baseline.scores[metric]!) : ""));
  return [baseline.name, ...scores, ...Array<string>(width - 1 - scores.length).fill("")];
}

const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
/** Formats mean and spread: 0.905 ± 0.006; a single seed: 0.905. */
export function spread(values: readonly number[]): string {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length < 2) return figure(mean);
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1));
  return `${figure(mean)} ± ${figure(deviation)}`;
}
const figure = (x: number): string => (Math.abs(x) < 10 ? x.toFixed(3) : x.toFixed(1));
const rate = (x: number): string => (x < 0.01 ? x.toExponential() : String(x));
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

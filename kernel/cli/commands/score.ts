/** `tunebook score FILE`: metrics of anybody's answers, with the code and the intervals of `evaluate`. */
import type { Command } from "commander";
import { answersIn } from "#kernel/scoring/answers-file.js";
import { scoreAnswers, type ScoredAnswers, type ScoredMetric } from "#kernel/scoring/score-answers.js";
import { registry } from "#stdlib/registry.js";
import "#kernel/checking/codes.js";

interface Options {
  readonly metrics?: string;
  readonly by?: string;
  readonly json?: true;
  readonly truth?: string;
  readonly predicted?: string;
  readonly probabilities?: string;
}

export function register(program: Command): void {
  program
    .command("score")
    .description("metrics of answers in a file (.jsonl, .csv, .tsv), whoever gave them, with 95 % intervals")
    .argument("<file>", "rows with `truth` and `predicted`, `probabilities: {label: share}` besides or instead")
    .option("--metrics <list>", 'as in a program: "accuracy, f1(macro), log_loss"; without it the usual ones')
    .option("--by <column>", "scores of each of its values besides")
    .option("--json", 'print { "rows", "metrics": { NAME: { "value", "low", "high" } }, "by" }')
    .option("--truth <column>", "what is right")
    .option("--predicted <column>", "what was answered")
    .option("--probabilities <column>", "how likely each label was said to be")
    .action(async (path: string, o: Options) => {
      const answers = await answersIn(process.cwd(), path, o);
      const scored = await scoreAnswers(answers, o.metrics, registry, { folder: process.cwd() });
      console.log(o.json ? JSON.stringify(asJson(scored, o.by)) : asText(scored, o.by));
    });
}

/** Null: no number, or no interval. */
function asJson({ rows, metrics, slices }: ScoredAnswers, by: string | undefined) {
  return {
    rows,
    metrics: numbers(metrics),
    ...(by !== undefined && {
      by: {
        column: by,
        slices: slices.map((slice) => ({
          ...{ value: slice.name, rows: slice.rows, metrics: slice.metrics && numbers(slice.metrics) },
        })),
      },
    }),
  };
}
function numbers(metrics: readonly ScoredMetric[]) {
  return Object.fromEntries(
    metrics.map(({ name, score, notes }) => [
      name,
      {
        ...{ value: score?.value ?? null, low: score?.interval?.low ?? null, high: score?.interval?.high ?? null },
        ...(notes && { notes }),
      },
    ]),
  );
}

function asText({ rows, metrics, methods, slices }: ScoredAnswers, by: string | undefined): string {
  const wide = Math.max(...metrics.map(({ name }) => name.length));
  const lines = metrics.map((one) => `${one.name.padEnd(wide)}  ${shown(one)}`);
  const table = slices.map(({ name, rows: own, metrics: found }) =>
    found
      ? `  ${name} (${String(own)}): ${found.map((one) => `${one.name} ${shown(one)}`).join(", ")}`
      : `  ${name} (${String(own)}): too few rows`,
  );
  return [
    `${rows.toLocaleString("en-US")} rows`,
    ...lines,
    ...(by === undefined ? [] : [`by ${by}`, ...table]),
    ...metrics.flatMap(({ name, notes = [] }) => notes.map((note) => `${name}: ${note}`)),
    `95 % intervals: ${methods}`,
  ].join("\n");
}

function shown({ score, why }: ScoredMetric): string {
  if (!score) return why === undefined ? "none" : `none: ${why}`;
  const { value, interval } = score;
  return interval ? `${value.toFixed(3)} (${interval.low.toFixed(3)} – ${interval.high.toFixed(3)})` : value.toFixed(3);
}

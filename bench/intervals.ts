/**
 * `tunebook bench intervals [--rows N]`: measures the CPU seconds of a metric's interval with a thousand draws of N
 * rows (10,000), for classification with 20 labels and for numbers. Target: under 3 s each, so that an evaluation stays
 * interactive.
 */
import { Command } from "commander";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Call } from "#dsl/language/types/value.js";
import { resampleMetrics, type MeasuredMetric } from "#kernel/inference/measuring/comparison.js";
import type { PredictedRows, SupervisionRows, ScoredOutcome } from "#stdlib/tasks/kind.js";
import { registry } from "#stdlib/registry.js";
import { table } from "./table.js";

const AIM = 3;
const LABELS = Array.from({ length: 20 }, (_, l) => `label ${String(l)}`);
const noise = (i: number): number => ((Math.imul(i + 1, 0x9e3779b1) >>> 0) % 1000) / 1000;
const call = (kind: Call["kind"], word: string, given: Call["arguments"] = {}): Call => ({
  kind,
  word,
  arguments: given,
});

interface Answers {
  readonly task: string;
  readonly role: string;
  readonly values: readonly unknown[];
  readonly said: readonly Float32Array[];
}
/** Three of four predictions are right; row i has the label i·13 mod 20. */
function classes(rows: number): Answers {
  const truth = Array.from({ length: rows }, (_, i) => (i * 13) % LABELS.length);
  const said = truth.map((right, i) =>
    Float32Array.from(LABELS, (_, l) => noise(i * LABELS.length + l) + (l === right && i % 4 !== 0 ? 0.7 : 0)),
  );
  return { task: "text_classification", role: "label", values: truth.map((l) => LABELS[l]), said };
}
function numbers(rows: number): Answers {
  const truth = Array.from({ length: rows }, (_, i) => noise(i) * 5);
  return {
    task: "regression",
    role: "score",
    values: truth,
    said: truth.map((right, i) => Float32Array.of(right + noise(i + rows))),
  };
}

async function scoredOf({ task, role, values, said }: Answers): Promise<ScoredOutcome> {
  const { supervision, answers } = await implementationOf(registry, "task", task);
  const tokenizer = { vocabulary: 0, mask: null, special: new Set<number>(), tokens: () => [] };
  const asked: PredictedRows = {
    count: values.length,
    labels: LABELS,
    call: call("task", task),
    tokenizer,
    ids: () => new Int32Array(0),
  };
  const rows: SupervisionRows = {
    ...asked,
    values: (of) => (of === role ? values : undefined),
    names: [],
    model: "m",
    data: "d",
  };
  const taught = supervision.teach?.(rows);
  if (!taught || !answers?.score) throw new Error(`${task} scores nothing`);
  return answers.score(said, taught, asked);
}

async function secondsOf(scored: ScoredOutcome, word: string, given: Call["arguments"]): Promise<number> {
  const metric = await implementationOf(registry, "metric", word);
  const own = call("metric", word, given);
  const measure: MeasuredMetric = {
    name: word,
    call: own,
    value: scored.measure(metric, own),
    better: "greater",
    share: false,
    resampling: scored.resampling(metric, own),
  };
  const before = process.cpuUsage();
  await resampleMetrics([measure]);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function main({ rows }: { rows: string }): Promise<void> {
  const macro = { average: "macro" };
  const asked = [
    [
      classes(Number(rows)),
      ["accuracy", {}],
      ["f1", macro],
      ["matthews_correlation", {}],
      ["loss", {}],
      ["roc_auc", macro],
    ],
    [
      numbers(Number(rows)),
      ...["mean_absolute_error", "root_mean_squared_error", "r2", "pearson", "spearman"].map(
        (word) => [word, {}] as const,
      ),
    ],
  ] as const;
  const lines: string[][] = [];
  for (const [answers, ...metrics] of asked) {
    const scored = await scoredOf(answers);
    for (const [word, given] of metrics) {
      const seconds = await secondsOf(scored, word, given);
      lines.push([answers.task, word, seconds.toFixed(2), seconds < AIM ? "" : `over ${String(AIM)}`]);
    }
  }
  console.log(table(["task", "metric", "processor seconds", ""], lines));
}
await new Command("bench intervals").option("--rows <n>", "rows that are scored", "10000").action(main).parseAsync();

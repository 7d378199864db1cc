/**
 * `tunebook bench metrics [--cases N]`: compares every metric with the library commonly used for it (scikit-learn,
 * scipy, sacrebleu, rouge-score, seqeval, jiwer, rapidfuzz, jsonschema). Inputs are N random outputs of each kind
 * (1,000) and five real system outputs. It reports the number of comparisons and the greatest difference. Target: 1e-9,
 * and 1e-4 for ROUGE; the signatures of sacrebleu are compared as well.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { parseValue, fillValueDefaults } from "#dsl/compiler/statement/value.js";
import type { Parameter } from "#dsl/language/types/registry.js";
import type { Call } from "#dsl/language/types/value.js";
import { prepareMetric } from "#kernel/inference/measuring/measure-metric.js";
import { outcomesOf, type AnswerOutcomes, type MeasuredOutcomeKind } from "#kernel/inference/scoring/answers.js";
import { registry } from "#stdlib/registry.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { randomCases, SORTS, type Case } from "./metrics/cases.js";
import { table } from "./table.js";

interface Scored extends Case {
  readonly real?: true;
  readonly values: Readonly<Record<string, number | null>>;
}
interface References {
  readonly cases: readonly Scored[];
  /** Metrics, or names of metrics, that no library provides. */
  readonly new: readonly string[];
  readonly signatures: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
}
interface Seen {
  random: number;
  real: number;
  /** Greatest difference, and number of differences above the target. */
  most: number;
  beyond: number;
}

async function referencesOf(cases: readonly Case[]): Promise<References> {
  const { python } = await ensurePythonEnv("scores", { onProgress: (line) => console.error(line) });
  const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const child = spawn(python, [root("bench/peers/metric_references.py"), root("notebooks/data")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  child.stdin.end(JSON.stringify({ cases, schema: SCHEMA_OF_REVIEWS }));
  const status = await new Promise((done) => child.on("close", done));
  if (status !== 0) throw new Error(`the references ended with ${String(status)}`);
  return JSON.parse(Buffer.concat(pieces).toString("utf8")) as References;
}
const SCHEMA_OF_REVIEWS = {
  type: "object",
  required: ["label"],
  properties: { label: { enum: ["positive", "negative"] }, words: { type: "integer", maximum: 30 } },
};

/** Returns the metric as Tune source text. */
const written = (name: string): string => (name === "json_validity(schema)" ? 'json_validity("schema.json")' : name);

const known = new Map<string, Call>();
function callOf(name: string, labels: readonly string[]): Call {
  const key = `${name} ${labels.join()}`;
  const before = known.get(key);
  if (before) return before;
  const parameter = registry.find("verb", "evaluate")?.parameters.find((one: Parameter) => one.name === "metrics");
  if (!parameter) throw new Error("no metrics to evaluate");
  const read = parseValue(written(name), parameter, registry);
  const data = labels.length > 0 ? { labels } : {};
  const whole = read.value === undefined ? read : fillValueDefaults(read.value, parameter, registry, data);
  const wrong = whole.diagnostics.find(({ severity }) => severity === "error");
  const call = (whole.value as readonly Call[] | undefined)?.[0];
  if (wrong || !call) throw new Error(`${name}: ${wrong?.code ?? "is no metric"}`);
  known.set(key, call);
  return call;
}

async function ours(name: string, { schema }: Case, outcomes: AnswerOutcomes): Promise<number> {
  const call = callOf(name, outcomes.labels);
  const metric = await prepareMetric(call, { text: () => JSON.stringify(schema) });
  return outcomes.measure(metric, call);
}

const aimOf = (name: string): number => (name.startsWith("rouge") ? 1e-4 : 1e-9);
/** Absolute difference; relative for references above 1. */
function distance(own: number, reference: number | null): number {
  if (reference === null || Number.isNaN(own)) return reference === null && Number.isNaN(own) ? 0 : Infinity;
  return Math.abs(own - reference) / Math.max(1, Math.abs(reference));
}

async function main({ cases: count }: { cases: string }): Promise<void> {
  const made = await referencesOf(randomCases(Number(count)));
  const seen = new Map<string, Seen>();
  const examples: string[] = [];
  for (const one of made.cases) {
    const sort = (one.sort === "fields" ? "written" : one.sort) as MeasuredOutcomeKind;
    const rows = one.rows.map((row) => ({ probabilities: undefined, ...row }));
    const outcomes = outcomesOf(sort, { file: one.sort, texts: true, rows });
    for (const [name, reference] of Object.entries(one.values)) {
      const key = `${one.sort}\u0000${name.replace(/\(of: .*\)/, "(each label)").replace(/top_accuracy\(\d\)/, "top_accuracy(k)")}`;
      const own = await ours(name, one, outcomes);
      const apart = distance(own, reference);
      const now = seen.get(key) ?? { random: 0, real: 0, most: 0, beyond: 0 };
      now[one.real ? "real" : "random"]++;
      now.most = Math.max(now.most, apart);
      if (apart > aimOf(name)) {
        now.beyond++;
        if (examples.length < 5)
          examples.push(
            `${one.sort} ${name}: ${String(own)}, not ${String(reference)}: ${JSON.stringify(one.rows).slice(0, 300)}`,
          );
      }
      seen.set(key, now);
    }
  }
  const lines = [...seen]
    .toSorted(([a], [b]) => SORTS.indexOf(a.split("\u0000")[0]!) - SORTS.indexOf(b.split("\u0000")[0]!))
    .map(([key, { random, real, most, beyond }]) => {
      const [sort = "", name = ""] = key.split("\u0000");
      const anew =
        made.new.some((word) => name === word || name.startsWith(`${word}(`)) &&
        !(sort === "written" && name === "exact_match");
      return [
        `${sort} ${name}`,
        String(random),
        String(real),
        most.toExponential(1),
        String(beyond),
        anew ? "written anew" : "",
      ];
    });
  console.log(table(["metric", "random", "real", "differs by", "beyond", ""], lines));
  for (const [name, signed] of Object.entries(made.signatures)) {
    const plain = signed.replace(/\|version:.*/, "");
    const call = callOf(name, []);
    const metric = await prepareMetric(call);
    const told = metric.notes?.ofWritten?.(call, { written: [""], targets: [""] }).join() ?? "";
    console.log(`${name}: ${told.includes(plain) ? "signed" : "NOT signed"} ${signed}`);
  }
  console.log(
    Object.entries(made.versions)
      .map((pair) => pair.join(" "))
      .join(", "),
  );
  for (const example of examples) console.log(example);
  process.exitCode = lines.some((line) => line[4] !== "0") ? 1 : 0;
}
await new Command("bench metrics")
  .option("--cases <n>", "random outputs of each sort", "1000")
  .action(main)
  .parseAsync();

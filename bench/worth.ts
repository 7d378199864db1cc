/**
 * `tunebook bench worth [--rows N] [--epochs N] [--only SET,…] [--no-prompt]`: measures on five real data sets whether
 * tuning pays off. It compares a tuned MiniLM with its frozen base and a linear head, the most frequent label, a linear
 * model over words and a prompted SmolLM2, as `evaluate` does. It prints one line for each, and the verdict.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { runTuneFile } from "#kernel/features/run-file.js";
import { some } from "./quality/dataset.js";
import { SETS, type JudgedSet } from "./judging/sets.js";
import { table } from "./table.js";

interface Options {
  readonly rows: string;
  readonly epochs: string;
  readonly only?: string;
  readonly prompt: boolean;
}
const RIVALS = ["tuned.base", "baseline(majority)", "baseline(tfidf)"] as const;

/** Returns a prompt that lists the labels and shows four rows of the training split. */
function prompted(labels: readonly string[]): string {
  const text = `Which of these fits the text: ${labels.join(", ")}?\n\n{text}`;
  return `prompt("SmolLM2-135M-Instruct", ${JSON.stringify(text)}, shots: 4)`;
}

async function main({ rows, epochs, only, prompt }: Options): Promise<void> {
  const chosen = SETS.filter(({ name }) => only === undefined || only.split(",").includes(name));
  const found: (readonly string[])[] = [];
  const sentences: string[] = [];
  for (const set of chosen) {
    const { cells, verdict } = await worthOf(set, { most: Number(rows), epochs, prompt });
    found.push(...cells);
    sentences.push(`${set.name}: ${verdict}`);
    console.error(sentences.at(-1));
  }
  console.log(table(["set", "rows", "who", "accuracy", "training s", "ms an answer"], found));
  console.log(`\n${sentences.join("\n")}`);
}

async function worthOf(
  set: JudgedSet,
  { most, epochs, prompt }: { readonly most: number; readonly epochs: string; readonly prompt: boolean },
) {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-worth-"));
  try {
    const all = await set.rows();
    const kept = (["train", "test"] as const).flatMap((part) =>
      some(
        all.filter((row) => row.part === part),
        part === "train" ? most : Math.ceil(most / 2),
        ({ text }) => text,
      ),
    );
    writeFileSync(join(folder, "rows.jsonl"), kept.map((row) => JSON.stringify(row)).join("\n"));
    const labels = [...new Set(kept.map(({ label }) => label))].sort();
    const file = join(folder, "worth.tune");
    writeFileSync(
      file,
      `data rows { source: jsonl("rows.jsonl"), columns: { text: text, label: label }, split: by_column(part) }
model tuned { base: "all-MiniLM-L6-v2", task: text_classification, max_length: 128 }
train tuned on rows { epochs: ${epochs} }
evaluate tuned, ${[...RIVALS, ...(prompt ? [prompted(labels)] : [])].join(", ")} on rows.test { metrics: [accuracy, f1(macro)] }
`,
    );
    const silent = { display: () => undefined, update: () => undefined };
    const result = await runTuneFile(file, { runs: join(folder, "runs"), screen: silent });
    const [first] = result.evaluations;
    if (!result.ok || !first) throw new Error(`${set.name} failed`);
    const cells = result.evaluations.map(({ model, rows, metrics, cost }) => [
      ...[set.name, String(rows), model, (metrics["accuracy"] ?? Number.NaN).toFixed(3)],
      cost?.training?.toFixed(1) ?? "–",
      ((1000 * (cost?.asking ?? Number.NaN)) / rows).toPrecision(2),
    ]);
    return { cells, verdict: first.verdict ?? "nothing can be said" };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await new Command("bench worth")
  .option("--rows <count>", "rows that train; half as many are scored", "4000")
  .option("--epochs <count>", "passes over them", "3")
  .option("--only <sets>", "some of the sets, by name")
  .option("--no-prompt", "without the prompted SmolLM2")
  .action(main)
  .parseAsync();

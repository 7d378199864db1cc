/**
 * Runs in tests/fixtures/runs that were trained with an earlier `semantics` number (dsl/compiler/plan/semantics.ts).
 * Generated once, by `node dist/tests/kernel/session/kept-runs.js`, and never changed afterwards: kept-runs.e2e.test.ts
 * opens them.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LabelPrediction } from "#stdlib/tasks/text_classification.run.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { currentProcess } from "#kernel/runs/writer.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { writeSmallTraining } from "./small-training.js";

export const root = fileURLToPath(new URL("../../../..", import.meta.url));
export const keptFolder = join(root, "tests/fixtures/runs");

/** Cells of the first notebook; its folder also contains the base and the rows (small-training.ts). */
export const cells = {
  names: `data d { source: csv("rows.csv"), columns: { text: text, label: label }, split: by_column(part) }
model whole { base: "bert", task: text_classification, technique: full, max_length: 16 }
model small { base: "bert", task: text_classification, technique: lora(rank: 2), max_length: 16 }
recipe r { epochs: 8, batch_size: 4, seed: 7, optimizer: adamw(learning_rate: 5e-3), dropout: 0 }`,
  finished: "train whole on d with r { keep: best }",
  straight: "train small on d with r as straight { checkpoint: every(steps: 40) }",
  interrupted: "train small on d with r as parted { checkpoint: every(steps: 40) }",
  resumed: "train small on d with r as parted { resume: true, checkpoint: every(steps: 40) }",
  scores: "evaluate whole, straight on d.test { metrics: [accuracy, loss], worst: 0 }",
} as const;
export const asked = ["a good film", "very poor book w3"] as const;

/** Results recorded when the runs were made. */
export interface Kept {
  readonly tunebook: string;
  /** Run folders by purpose: names under `runs`. */
  readonly runs: Readonly<Record<"finished" | "straight" | "interrupted", string>>;
  readonly recipeHashes: Readonly<Record<"finished" | "straight" | "interrupted", string>>;
  readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly answers: Readonly<Record<string, readonly LabelPrediction[]>>;
  readonly losses: Readonly<Record<"finished" | "straight", readonly (readonly [step: number, loss: number])[]>>;
}

/**
 * Writes the rows of small-training.ts with an explicit split, so that random splitting cannot change between versions.
 */
export function writeNotebookFiles(folder: string): void {
  writeSmallTraining(folder);
  const [head, ...rows] = readFileSync(join(folder, "rows.csv"), "utf8").split("\n");
  const part = (i: number): string => ["train", "train", "train", "validation", "train", "test"][(i >> 2) % 6]!;
  writeFileSync(join(folder, "rows.csv"), [`${head},part`, ...rows.map((row, i) => `${row},${part(i)}`)].join("\n"));
}

export const lossesOf = (model: ModelHandle): readonly (readonly [number, number])[] =>
  model.history.map(({ step, loss }) => [step, loss]);

/** Interrupts the cell once the run of `name` has done `steps` steps. */
async function interruptedAfter(book: NotebookOfOne, text: string, steps: number, known: ReadonlySet<string>) {
  const control = new AbortController();
  const hash = RunFolder.open((book.values.get("straight") as ModelHandle).folder!).lock()!.recipeHash;
  const fresh = () => RunFolder.find(book.runs, hash).find(({ id }) => !known.has(id));
  const poll = setInterval(() => {
    if (
      fresh()
        ?.events()
        .some((event) => event.kind === "step" && event.step >= steps)
    )
      control.abort();
  }, 2);
  await book.run(text, { signal: control.signal }).then(
    () => Promise.reject(new Error("it was not interrupted")),
    (error: { code?: string }) => (error.code === "interrupted" ? undefined : Promise.reject(error)),
  );
  clearInterval(poll);
  await (book.values.get("parted") as ModelHandle).weights!.settled;
  return fresh()!;
}

async function make(): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const to = join(keptFolder, version);
  if (existsSync(to)) throw new Error(`${to} is there: runs of before are never made anew`);
  const book = new NotebookOfOne();
  writeNotebookFiles(book.folder);
  await book.run(cells.names);
  await book.run(cells.finished);
  await book.run(cells.straight);
  const model = (name: string) => book.values.get(name) as ModelHandle;
  const known = new Set([basename(model("straight").folder!)]);
  const cut = await interruptedAfter(book, cells.interrupted, 50, known);
  await book.run(cells.scores);
  const runs = { finished: model("whole").folder!, straight: model("straight").folder!, interrupted: cut.path };
  const names = { finished: "whole", straight: "straight" } as const;
  const of = async <T>(make: (name: "whole" | "straight") => T | Promise<T>) =>
    Object.fromEntries(await Promise.all(Object.values(names).map(async (name) => [name, await make(name)] as const)));
  const each = <T>(make: (folder: string) => T) =>
    Object.fromEntries(Object.entries(runs).map(([is, folder]) => [is, make(folder)])) as Record<keyof typeof runs, T>;
  const kept: Kept = {
    tunebook: version,
    runs: each((folder) => basename(folder)),
    recipeHashes: each((folder) => RunFolder.open(folder).lock()!.recipeHash),
    scores: Object.fromEntries(book.session.evaluations.map(({ model: of, metrics }) => [of, metrics])),
    answers: await of((name) => model(name).predict([...asked]) as Promise<readonly LabelPrediction[]>),
    losses: { finished: lossesOf(model("whole")), straight: lossesOf(model("straight")) },
  };
  await book.session.close();
  mkdirSync(to, { recursive: true });
  cpSync(book.runs, join(to, "runs"), { recursive: true });
  for (const file of readdirSync(to, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".jsonl"))) {
    const elsewhere = readFileSync(join(to, file), "utf8").replaceAll(book.folder, "/home/someone/notebook");
    writeFileSync(join(to, file), elsewhere.replaceAll(currentProcess().machine, "0".repeat(12)));
  }
  writeFileSync(join(to, "kept.json"), `${JSON.stringify(kept, null, 2)}\n`);
  rmSync(book.folder, { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await make();

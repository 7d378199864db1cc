/**
 * `tunebook bench private [--technique lora] [--batch 32] [--length 0] [--steps 10] [--rounds 7]`: compares a private
 * step (per-row gradient clipping, noise, update) with a plain one of the same batch. Both alternate, each in its own
 * engine, and the peak memory of both is reported. `--length 128`: joins sentences to texts of this many words.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import type { Plan, PrivacyPlan } from "#dsl/compiler/plan/plan.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { DataLoader } from "#kernel/data/rows/loader.js";
import { trainingSplitName } from "#kernel/data/prepared.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { encodeSplit, type EncodedRows, rowEncodingOptionsOf } from "#kernel/data/encoding/encoded.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import type { EngineSession } from "#kernel/engines/engine.js";
import { openModelOfPlan } from "#kernel/models/open-model.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { StepPipeline, type StepPipelineOptions } from "#kernel/training/pipeline.js";
import { privateStepOptions } from "#kernel/training/private/private.js";
import { PrivateUpdates, privacyUnitsOf } from "#kernel/training/private/updates.js";
import { processor } from "./finetune/report.js";
import { peakRss } from "./step/batch.js";
import { table } from "./table.js";

interface Options {
  readonly technique: string;
  readonly batch: string;
  readonly length: string;
  readonly steps: string;
  readonly rounds: string;
}
const SENTENCES = fileURLToPath(new URL("../../notebooks/data/sentiment.csv", import.meta.url));

async function main(o: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-private-"));
  const values = new Map<string, unknown>();
  const [plainEngine, privateEngine] = await Promise.all([
    startEngine({ engine: "auto" }),
    startEngine({ engine: "auto" }),
  ]);
  const session = new TuneSession({
    folder,
    runs: join(folder, "runs"),
    startEngine: () => Promise.resolve(plainEngine),
    names: { define: (name, value) => void values.set(name, value), remove: () => undefined },
  });
  try {
    const [batch, steps, rounds] = [Number(o.batch), Number(o.steps), Number(o.rounds)];
    writeRows(join(folder, "rows.csv"), Number(o.length));
    const hostContext = plainHostContext(folder);
    const silent = { display: () => undefined, update: () => undefined };
    const text = `data d { source: csv("rows.csv"), columns: { text: text, label: label } }
model m { base: "all-MiniLM-L6-v2", task: text_classification, technique: ${o.technique}, max_length: ${String(Math.max(32, 2 * Number(o.length)))} }
train m on d { steps: 1, batch_size: ${o.batch}, optimizer: adamw(learning_rate: 1e-6) }`;
    await session.run({ id: "a", title: "a", text, cell: 1 }, { screen: silent, hostContext }, () => undefined);
    const { plan, labels } = mustExist((values.get("m") as ModelHandle).weights, "trained weights");
    const { base, tokenizer } = await session.weights.parts(plan, hostContext);
    const encoding = await rowEncodingOptionsOf({ recipe: plan.recipe }, base, tokenizer, labels, "m");
    const data = await session.datasets.data(plan.recipe.data, dataReadingSettingsOf(plan.recipe.model), hostContext);
    const rows = await encodeSplit(data, { data: "d", split: trainingSplitName(data) }, encoding);
    const loader = new DataLoader(rows, {
      batchSize: batch,
      accumulate: 1,
      packed: null,
      shuffle: "random",
      seed: 7,
      padId: tokenizer.padId,
    });
    const [plain, hidden] = await Promise.all([
      openModelOfPlan(plainEngine, plan, base, labels, folder),
      openModelOfPlan(privateEngine, withPrivacy(plan), base, labels, folder),
    ]);
    const programs = mustExist(hidden.learning.private, "private programs");
    const updates = new PrivateUpdates({
      loader,
      units: privacyUnitsOf(rows),
      batchSize: batch,
      apart: programs.apart !== null,
      apply: programs.apply,
      privacy: { clip: 1, noise: 1, rate: batch / rows.lengths.length },
    });
    const same = {
      update: (step: number) => updates.updateFor(step, mustExist(loader.update(step).part(0).rows, "rows of a batch")),
    };
    const rate = (): number => 1e-6;
    const of = {
      plain: plainSteps(plain.session, loader, rate),
      private: privateStepOptions(hidden.session, same, rate),
    };
    const times = { plain: [] as number[], private: [] as number[] };
    for (let round = 0; round <= rounds; round++)
      for (const which of round % 2 === 0 ? (["plain", "private"] as const) : (["private", "plain"] as const)) {
        const seconds = await taken(of[which], round * steps, steps, loader.updates(0));
        // The first round is a warm-up.
        if (round > 0) times[which].push(seconds / steps);
      }
    const memory = [plainEngine, privateEngine].map((engine) => peakRss(engine.info.pid));
    tell(o, rows, times, memory);
  } finally {
    await session.close();
    await Promise.all([plainEngine.close(), privateEngine.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the plan with differential privacy enabled. */
function withPrivacy(plan: Plan): Plan {
  const privacy: PrivacyPlan = {
    call: { kind: "privacy", word: "differential", arguments: {} },
    unit: "row",
    epsilon: 8,
    delta: 1e-5,
    clip: 1,
    noise: 1,
    rate: 0.1,
    steps: 100,
  };
  return { ...plan, recipe: { ...plan.recipe, training: { ...plan.recipe.training, privacy } } };
}

function plainSteps(session: EngineSession, loader: DataLoader, rate: () => number): StepPipelineOptions {
  return { session, accumulate: 1, update: (step) => loader.update(step), rate };
}

/** Seconds of `steps` steps after `done`, cycling through the epoch's batches. */
async function taken(of: StepPipelineOptions, done: number, steps: number, epoch: number): Promise<number> {
  const first = done % Math.max(1, epoch - steps);
  const pipeline = new StepPipeline(of, first);
  const begun = performance.now();
  for (let i = 0; i < steps; i++) await pipeline.next(first + steps);
  return (performance.now() - begun) / 1e3;
}

function tell(
  o: Options,
  rows: EncodedRows,
  times: { readonly plain: readonly number[]; readonly private: readonly number[] },
  [before = Number.NaN, after = Number.NaN]: readonly number[],
): void {
  const [plain, hidden] = [median(times.plain), median(times.private)];
  const ratios = times.private.map((one, i) => one / mustExist(times.plain[i], "a time")).toSorted((a, b) => a - b);
  const tokens = rows.lengths.reduce((a, b) => a + b, 0) / rows.lengths.length;
  const ms = (seconds: number): string => (1e3 * seconds).toFixed(1);
  const line = [
    ...[o.technique, o.batch, tokens.toFixed(0), ms(plain), ms(hidden), (hidden / plain).toFixed(2)],
    ...[`${ratios[0]!.toFixed(2)} to ${ratios.at(-1)!.toFixed(2)}`, before.toFixed(0), after.toFixed(0)],
    (after / before).toFixed(2),
  ];
  const head = [
    "MiniLM",
    "rows",
    "tokens each",
    "plain ms",
    "private ms",
    "times",
    "rounds",
    "MiB",
    "private MiB",
    "times",
  ];
  console.log(
    `${processor()}, Node ${process.version}: medians of ${o.rounds} rounds of ${o.steps} steps\n${table(head, [line])}`,
  );
}

/** Writes rows with texts of `length` words, cut from the joined sentences; 0 writes the sentences unchanged. */
function writeRows(file: string, length: number): void {
  const [head = "", ...lines] = readFileSync(SENTENCES, "utf8").trim().split("\n");
  const place = head.split(",").indexOf("label");
  if (length === 0) return writeFileSync(file, [head, ...lines].join("\n"));
  const words = lines.join(" ").replace(/[",]/g, " ").split(/\s+/);
  const texts = lines.map((line, i) => {
    const label = line.includes(",positive") ? "positive" : "negative";
    return `${Array.from({ length }, (_, k) => words[(i * 131 + k) % words.length]).join(" ")},${label}`;
  });
  if (place < 0) throw new Error("the sentences have no labels");
  writeFileSync(file, ["text,label", ...texts].join("\n"));
}
const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN;

await new Command("bench private")
  .option("--technique <word>", "technique of the same MiniLM", "lora")
  .option("--batch <rows>", "rows of a step", "32")
  .option("--length <words>", "words of a text; 0: sentences as they are", "0")
  .option("--steps <count>", "steps of a turn", "10")
  .option("--rounds <count>", "turns of both", "7")
  .action(main)
  .parseAsync();

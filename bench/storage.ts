/**
 * `tunebook bench storage`: compares a frozen base stored as f32, bf16, int8 and nf4 during LoRA training. It reports
 * the engine process's peak memory, tokens per second, and the loss of the last steps. Weights and text are real (this
 * project's documents). Storage types alternate, each run in a separate engine process; `--json FILE` saves all runs.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { dropoutStepsByText } from "#dsl/tensor/numbers/random.js";
import { programMemoryOf } from "#dsl/tensor/memory.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { Recompute } from "#dsl/tensor/passes/pass.js";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import type { WeightStorage } from "#dsl/tensor/storage.js";
import { DTYPE_BYTES } from "#dsl/tensor/values.js";
import { peakMemoryBytes } from "#dsl/compiler/plan/estimates.js";
import { resolveBase } from "#kernel/bases/resolve.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import type { EngineOptions } from "#kernel/engines/engine.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import { processor } from "./finetune/report.js";
import { integers, currentRss, peakRss } from "./step/batch.js";
import type { Carrier } from "./step/carrier.js";
import { MODELS, shapeOf } from "./step/models.js";
import { table } from "./table.js";

interface Options {
  readonly models: string;
  readonly storages: string;
  readonly engines: string;
  readonly steps: number;
  readonly runs: number;
  readonly kernels: boolean;
  readonly recompute: Recompute;
  readonly json?: string;
}
interface Setting {
  readonly model: string;
  readonly engine: EngineOptions["engine"];
  readonly storage: WeightStorage["weights"];
}
interface Run extends Setting {
  readonly stateMiB: number;
  readonly loadedMiB: number;
  readonly peakMiB: number;
  /** `planMiB` by the plan's formula; `walkMiB` by walking the program, without the engine's overhead. */
  readonly planMiB: number;
  readonly walkMiB: number;
  readonly loadSeconds: number;
  readonly stepMs: number;
  readonly tokensPerSecond: number;
  readonly losses: readonly number[];
}
const SHAPES: Readonly<Record<string, { base: string; batch: number; length: number; rate: number }>> = {
  smollm2: { base: "SmolLM2-135M-Instruct", batch: 4, length: 256, rate: 1e-3 },
  minilm: { base: "all-MiniLM-L6-v2", batch: 32, length: 64, rate: 2e-3 },
};
const DOCUMENTS = ["README.md", "ARCHITECTURE.md", "docs/tune.md", "docs/how-it-works.md"];
const MIB = 2 ** 20;

async function main(o: Options): Promise<void> {
  const list = (text: string): string[] => text.split(",").filter(Boolean);
  const settings = list(o.models).flatMap((model) =>
    list(o.engines).map((engine) => list(o.storages).map((storage) => ({ model, engine, storage }) as Setting)),
  );
  const runs: Run[] = [];
  for (const group of settings)
    for (let turn = 0; turn < o.runs; turn++)
      for (const setting of turn % 2 ? [...group].reverse() : group) {
        const run = await measured(setting, o);
        runs.push(run);
        console.error(textOf([run]).join("  "));
      }
  const rows = settings
    .flat()
    .map((s) => textOf(runs.filter((r) => r.model === s.model && r.engine === s.engine && r.storage === s.storage)));
  console.log(`${processor()}, Node ${process.version}: LoRA, rank 8, f32 products\n${table(HEAD, rows)}`);
  if (o.json)
    writeFileSync(o.json, `${JSON.stringify({ processor: processor(), node: process.version, runs }, null, 1)}\n`);
}

async function measured(of: Setting, o: Options): Promise<Run> {
  const { base: name, batch, length, rate } = SHAPES[of.model]!;
  const base = await resolveBase(name, { folder: process.cwd() });
  const make = (storage: WeightStorage["weights"]): Carrier =>
    MODELS[of.model]!({
      technique: "lora",
      dropout: 0,
      passes: { ...PLAIN_PASS_SETTINGS, recompute: o.recompute, storage: { weights: storage } },
      tensors: base.facts.shapes,
    });
  const [made, plain] = [make(of.storage), make("f32")];
  const batches = await batchesOf(made, base.folder, batch, length);
  const engine = await startEngine({ engine: of.engine, ...(!o.kernels && { env: { TUNEBOOK_KERNELS: "0" } }) });
  try {
    const begun = performance.now();
    const session = await engine.open({ train: made.program }, [base.folder]);
    const loadSeconds = (performance.now() - begun) / 1e3;
    const losses: number[] = [];
    const times: number[] = [];
    let loadedMiB = 0;
    for (let step = 1; step <= o.steps; step++) {
      const feeds = { ...batches[step % batches.length]!, rate: float(rate), step: integers([], [step]) };
      const at = performance.now();
      const { loss } = await session.run("train", feeds, ["loss"]);
      if (step > 2) times.push(performance.now() - at);
      losses.push(new Float32Array(loss!.bytes.slice().buffer)[0]!);
      if (step === 2) loadedMiB = currentRss(engine.info.pid);
    }
    const stepMs = times.sort((a, b) => a - b)[times.length >> 1]!;
    const walked = programMemoryOf(made.program, { batch, length, targets: batch * (length - 1) });
    const state = stateBytes(made.program);
    const shape = shapeOf({ technique: "lora", dtype: "f32", recompute: o.recompute, batch, length }, plain);
    const plan = peakMemoryBytes({ ...shape, saved: stateBytes(plain.program) - state });
    return {
      ...of,
      stateMiB: Math.round(state / MIB),
      loadedMiB,
      peakMiB: peakRss(engine.info.pid),
      planMiB: Math.round(plan / MIB),
      walkMiB: Math.round((walked.state + walked.working) / MIB),
      loadSeconds,
      stepMs,
      tokensPerSecond: (batch * length * 1e3) / stepMs,
      losses,
    };
  } finally {
    await engine.close();
  }
}

function stateBytes({ state }: Program): number {
  return Object.values(state).reduce(
    (sum, { type }) => sum + type.shape.reduce<number>((n, d) => n * Number(d), DTYPE_BYTES[type.dtype]),
    0,
  );
}

/** The documents as rows of tokens; a classifier predicts the document. */
async function batchesOf(
  { windows, labels }: Carrier,
  folder: string,
  batch: number,
  length: number,
): Promise<readonly Record<string, NDArray>[]> {
  const tokenizer = await loadTokenizer(folder);
  const texts = DOCUMENTS.map((name) => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), "utf8"));
  const rows = (await tokenizer.encode(texts, Number.MAX_SAFE_INTEGER)).flatMap((ids, document) =>
    Array.from({ length: Math.floor(ids.length / length) }, (_, i) => ({
      document: document % Math.max(labels, 1),
      ids: [...ids.slice(i * length, (i + 1) * length)].map(Number),
    })),
  );
  // Spreads the rows, so that each batch contains rows of all documents.
  const spread = rows.map((_, i) => rows[(i * 7) % rows.length]!);
  return Array.from({ length: Math.floor(spread.length / batch) || 1 }, (_, b) => {
    const some = Array.from({ length: batch }, (_, r) => spread[(b * batch + r) % spread.length]!);
    const ids = some.flatMap((row) => row.ids);
    const fed = {
      input_ids: integers([batch, length], ids),
      attention_mask: integers([batch, length], new Array<number>(batch * length).fill(1)),
      draws: integers([batch], [...dropoutStepsByText(1, 0, batch, batch)]),
    };
    if (!windows)
      return {
        ...fed,
        labels: integers(
          [batch],
          some.map((row) => row.document),
        ),
      };
    const targets = ids.flatMap((_, i) => ((i + 1) % length ? [i] : []));
    const next = targets.map((t) => ids[t + 1]!);
    return { ...fed, targets: integers([targets.length], targets), labels: integers([targets.length], next) };
  });
}

const HEAD = [
  ...[
    "run",
    "state MiB",
    "after 2 steps",
    "peak MiB",
    "plan MiB",
    "walk MiB",
    "load s",
    "step ms (min – max)",
    "tokens/s",
  ],
  ...["first loss", "last three"],
];
function textOf(runs: readonly Run[]): string[] {
  const [first] = runs as [Run];
  const steps = runs.map((r) => r.stepMs).sort((a, b) => a - b);
  const step = steps[steps.length >> 1]!;
  const last = first.losses.slice(-3);
  return [
    `${first.model} ${first.engine} ${first.storage}`,
    ...[first.stateMiB, Math.max(...runs.map((r) => r.loadedMiB)), Math.max(...runs.map((r) => r.peakMiB))].map(String),
    ...[first.planMiB, first.walkMiB].map(String),
    first.loadSeconds.toFixed(1),
    `${step.toFixed(0)} (${steps[0]!.toFixed(0)} – ${steps.at(-1)!.toFixed(0)})`,
    ((first.tokensPerSecond * first.stepMs) / step).toFixed(0),
    first.losses[0]!.toFixed(4),
    (last.reduce((sum, x) => sum + x, 0) / last.length).toFixed(4),
  ];
}
function float(value: number): NDArray {
  return { dtype: "f32", shape: [], bytes: new Uint8Array(Float32Array.of(value).buffer) };
}

const command = new Command("tunebook bench storage")
  .description("a frozen base in fewer bits: memory, speed and loss")
  .option("--models <names>", "comma-separated: smollm2, minilm", "smollm2,minilm")
  .option("--storages <names>", "comma-separated", "f32,bf16,int8,nf4")
  .option("--engines <names>", "comma-separated", "tensorflow,onnx")
  .option("--steps <count>", "steps of a run, of which two warm up", Number, 20)
  .option("--runs <count>", "runs of each", Number, 2)
  .addOption(new Option("--recompute <what>", "activations computed again").choices(["none", "blocks"]).default("none"))
  .option("--no-kernels", "TensorFlow's own ops alone")
  .option("--json <file>", "where all runs are kept");
await main(command.parse().opts<Options>());

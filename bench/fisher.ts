/**
 * `tunebook bench fisher [--techniques lora,full] [--labels 2,3,6,20] [--rounds 3] [--one-by-one 0] [--error 0]`:
 * measures the time of the exact Fisher information of all training rows against an epoch of the same recipe (forward,
 * backward and update). Both alternate in one process, and the engine's memory is reported. It also measures the
 * default settings. `--one-by-one`: also measures this many rows one by one, the former method. `--error 200`: compares
 * estimates with as many backward passes to the exact values, on this many rows. More labels than the two of the
 * sentences are assigned at random: then no prediction is certain, and every label counts.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { seededNumberOfText } from "#stdlib/statistics/chance.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import { DataLoader } from "#kernel/data/rows/loader.js";
import { trainingSplitName } from "#kernel/data/prepared.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { encodeSplit, rowEncodingOptionsOf } from "#kernel/data/encoding/encoded.js";
import { toFloats, scalarF32 } from "#kernel/engines/feeds.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { SQUARED_GRADIENTS_PREFIX } from "#stdlib/programs/consolidation.js";
import { consolidateWeights, type ConsolidateOptions } from "#kernel/features/update/consolidate.js";
import { fisherDirectionCount } from "#stdlib/strategies/shared/directions.js";
import type { OpenModel } from "#kernel/models/open-model.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { processor } from "./finetune/report.js";
import { integers, peakRss } from "./step/batch.js";
import { table } from "./table.js";

interface Options {
  readonly techniques: string;
  readonly labels: string;
  readonly rounds: string;
  readonly oneByOne: string;
  readonly error: string;
}
const SENTENCES = fileURLToPath(new URL("../../notebooks/data/sentiment.csv", import.meta.url));

async function main(o: Options): Promise<void> {
  const found: (readonly string[])[] = [];
  for (const technique of o.techniques.split(","))
    for (const labels of o.labels.split(",").map(Number)) {
      found.push(
        await measured(technique, labels, {
          rounds: Number(o.rounds),
          few: Number(o.oneByOne),
          error: Number(o.error),
        }),
      );
      console.error(found.at(-1)?.join("  "));
    }
  const head = [
    "MiniLM",
    "labels",
    "rows",
    "epoch s",
    "exact Fisher s",
    "epochs",
    "unasked, s",
    "epochs",
    "one by one, s",
    "MiB epoch",
    "with Fisher",
  ];
  console.log(`${processor()}, Node ${process.version}: medians of ${o.rounds}\n${table(head, found)}`);
}

async function measured(
  technique: string,
  labels: number,
  o: { readonly rounds: number; readonly few: number; readonly error: number },
) {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-fisher-"));
  const values = new Map<string, unknown>();
  const engine = await startEngine({ engine: "auto" });
  const session = new TuneSession({
    folder,
    runs: join(folder, "runs"),
    startEngine: () => Promise.resolve(engine),
    names: { define: (name, value) => void values.set(name, value), remove: () => undefined },
  });
  try {
    writeRows(join(folder, "rows.csv"), labels, o.error > 0 ? o.error : Infinity);
    const hostContext = plainHostContext(folder);
    const silent = { display: () => undefined, update: () => undefined };
    const text = `data d { source: csv("rows.csv"), columns: { text: text, label: label }, split: by_column(part) }
model m { base: "all-MiniLM-L6-v2", task: text_classification, technique: ${technique} }
train m on d { epochs: 1, batch_size: 32, optimizer: adamw(learning_rate: ${technique === "full" ? "5e-5" : "2e-3"}) }`;
    await session.run({ id: "a", title: "a", text, cell: 1 }, { screen: silent, hostContext }, () => undefined);
    const handle = values.get("m") as ModelHandle;
    const { plan, labels: names } = handle.weights!;
    const { open } = await session.weights.ready(handle as Parameters<typeof session.weights.ready>[0], hostContext);
    const { base, tokenizer } = await session.weights.parts(plan, hostContext);
    const encoding = await rowEncodingOptionsOf({ recipe: plan.recipe }, base, tokenizer, names, "m");
    const data = await session.datasets.data(plan.recipe.data, dataReadingSettingsOf(plan.recipe.model), hostContext);
    const rows = await encodeSplit(data, { data: "d", split: trainingSplitName(data) }, encoding);
    const ewc = {
      call: { kind: "strategy", word: "ewc", arguments: {} },
      implementation: await implementationOf(registry, "strategy", "ewc"),
    };
    const taken: ConsolidateOptions = {
      open,
      strategies: [ewc],
      rows,
      fisher: { labels: "exact" },
      first: false,
      seed: 7,
      most: fisherDirectionCount(plan.estimates.trainable / plan.estimates.parameters),
      labels: { count: names.length, seen: new Set(names.keys()) },
      answers: encoding.task.implementation.answers ?? null,
      batchSize: 32,
      padId: tokenizer.padId,
    };
    if (o.error > 0) {
      await tellErrors({ ...taken, fisher: { labels: "exact" } }, open, rows.lengths.length);
      return [technique, String(labels), String(o.error), ...Array.from({ length: 8 }, () => "–")];
    }
    const oneByOne: ConsolidateOptions = {
      ...taken,
      fisher: { labels: "exact", rows: o.few },
      open: {
        session: open.session,
        states: open.states,
        learning: {
          consolidation: (strategies) => {
            const programs = open.learning.consolidation(strategies);
            return (
              programs && {
                ...programs,
                fisher: programs.fisher && ((estimator) => programs.fisher!(estimator, false)),
              }
            );
          },
        },
      },
    };
    const loader = new DataLoader(rows, {
      batchSize: 32,
      accumulate: 1,
      packed: null,
      shuffle: "by_length",
      seed: 7,
      padId: tokenizer.padId,
    });
    const epoch = async (): Promise<void> => {
      let step = 1;
      for (let at = 1; at <= loader.updates(0); at++) {
        const { feeds } = loader.update(at).part(0);
        await open.session.run("train", { ...feeds, rate: scalarF32(0), step: integers([], [step++]) }, ["loss"]);
      }
    };
    const times = { epoch: [] as number[], fisher: [] as number[], unasked: [] as number[], one: [] as number[] };
    const memory = [0, 0];
    for (let round = 0; round < o.rounds; round++) {
      times.epoch.push(await seconds(epoch));
      memory[0] ||= peakRss(engine.info.pid);
      times.fisher.push(await seconds(() => consolidateWeights(taken)));
      times.unasked.push(await seconds(() => consolidateWeights({ ...taken, fisher: {} })));
      memory[1] ||= peakRss(engine.info.pid);
      if (o.few > 0)
        times.one.push((await seconds(() => consolidateWeights(oneByOne))) * (rows.lengths.length / o.few));
    }
    const [a, b, c, d] = [times.epoch, times.fisher, times.one, times.unasked].map(median);
    return [
      ...[technique, String(labels), String(rows.lengths.length), a!.toFixed(2), b!.toFixed(2), (b! / a!).toFixed(2)],
      ...[d!.toFixed(2), (d! / a!).toFixed(2)],
      ...[o.few > 0 ? c!.toFixed(1) : "–", ...memory.map(String)],
    ];
  } finally {
    await session.close();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Reports the mean absolute error relative to the mean, over all trainable parameters, of estimates with as many
 * backward passes.
 */
async function tellErrors(
  exact: ConsolidateOptions,
  { session, states: { trainable } }: OpenModel,
  rows: number,
): Promise<void> {
  const told = async (o: ConsolidateOptions): Promise<Float64Array> => {
    const sums: number[] = [];
    // Reads the sums first, since consolidation sets them to zero.
    const run: typeof session.run = async (name, feeds, outputs) => {
      if (name === "consolidate")
        for (const one of trainable)
          for (const value of toFloats(await session.read(SQUARED_GRADIENTS_PREFIX + one))) sums.push(value);
      return session.run(name, feeds, outputs);
    };
    const listening = new Proxy(session, {
      get: (of, key) => {
        if (key === "run") return run;
        const value: unknown = Reflect.get(of, key);
        return typeof value === "function" ? (value.bind(of) as unknown) : value;
      },
    });
    const looked = await consolidateWeights({ ...o, open: { ...o.open, session: listening } });
    return Float64Array.from(sums, (one) => one / looked);
  };
  const want = await told(exact);
  const whole = want.reduce((sum, one) => sum + one, 0);
  const off = (got: Float64Array): number => got.reduce((sum, one, i) => sum + Math.abs(one - want[i]!), 0) / whole;
  const directions = exact.labels.seen.size - 1;
  for (const most of [2, 4]) {
    const found: Record<string, number[]> = { "exact of fewer rows": [], "labels drawn": [], folded: [] };
    for (const seed of [1, 2, 3]) {
      const fewer = Math.max(1, Math.round((rows * most) / directions));
      const all = exact;
      found["exact of fewer rows"]!.push(off(await told({ ...exact, seed, fisher: { labels: "exact", rows: fewer } })));
      const draws: Float64Array[] = [];
      for (let draw = 0; draw < most; draw++)
        draws.push(await told({ ...all, seed: 100 * seed + draw, fisher: { labels: "sampled" } }));
      const mean = draws[0]!.map((_, i) => draws.reduce((sum, one) => sum + one[i]! / most, 0));
      found["labels drawn"]!.push(off(mean));
      found["folded"]!.push(off(await told({ ...all, seed, most, fisher: {} })));
    }
    for (const [what, each] of Object.entries(found))
      console.error(`${String(most)} passes back a row, ${what}: ${each.map((one) => one.toFixed(3)).join(", ")}`);
  }
}

function writeRows(file: string, labels: number, most: number): void {
  copyFileSync(SENTENCES, file);
  if (labels === 2) return;
  const [head = "", ...lines] = readFileSync(file, "utf8").split("\n");
  const drawn = (line: string): string => `label${String(Math.floor(labels * seededNumberOfText(1, line)))}`;
  writeFileSync(
    file,
    [head, ...lines.slice(0, most).map((line) => line.replace(/,(?:positive|negative),/, `,${drawn(line)},`))].join(
      "\n",
    ),
  );
}

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await run();
  return (performance.now() - begun) / 1e3;
}
const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN;

await new Command("bench fisher")
  .option("--techniques <words>", "techniques of the same MiniLM", "lora,full")
  .option("--labels <counts>", "labels of the rows", "2,3,6,20")
  .option("--rounds <count>", "times that each is measured", "3")
  .option("--one-by-one <rows>", "rows that are passed one by one; 0: none", "0")
  .option("--error <rows>", "rows of which estimates are held to the exact one; 0: none", "0")
  .action(main)
  .parseAsync();

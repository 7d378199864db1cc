/**
 * Measures one row of the table in a separate process: trains for some seconds as `train` does and prints the results.
 */
import { peakRss, type ModelName, type RowSettings, tokens } from "./settings.js";
import { passes } from "#dsl/tensor/passes/table.js";
import type { Call } from "#dsl/language/types/value.js";
import { DataLoader } from "#kernel/data/rows/loader.js";
import { TextsInMemory } from "#kernel/data/sequences/token-rows.js";
import { TokenWindows } from "#kernel/data/sequences/windows.js";
import type { EngineOptions } from "#kernel/engines/engine.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import { StepPipeline } from "#kernel/training/pipeline.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import { bert } from "#stdlib/models/bert.run.js";
import { gpt2 } from "#stdlib/models/gpt2.run.js";
import { llama } from "#stdlib/models/llama.run.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { labelTargets, textClassification } from "#stdlib/tasks/text_classification.run.js";
import { textGeneration } from "#stdlib/tasks/text_generation.run.js";
import { full } from "#stdlib/techniques/full.js";
import { lora } from "#stdlib/techniques/lora.run.js";
import { CONFIG as GPT2 } from "../step/gpt2.js";
import { CONFIG as MINILM } from "../step/minilm.js";
import { CONFIG as SMOLLM2 } from "../step/smollm2.js";

export interface RowResult {
  readonly name: string;
  readonly engine: string;
  readonly steps: number;
  /** Real tokens per second. */
  readonly tokensPerSecond: number;
  /** Share of real tokens among all computed ones. */
  readonly fill: number;
  /** Share of the time that the engine waited between two runs. */
  readonly waiting: number;
  readonly peakRssMiB: number;
  /** Mean over the last steps. */
  readonly loss: number;
}

const small = { ...GPT2, vocab_size: SMOLLM2.vocab_size };
const MODELS: Readonly<
  Record<
    ModelName,
    { readonly family: ModelImplementation; readonly config: Record<string, unknown>; readonly targets: string[] }
  >
> = {
  minilm: { family: bert as ModelImplementation, config: MINILM, targets: ["query", "value"] },
  smollm2: { family: llama as ModelImplementation, config: SMOLLM2, targets: ["q_proj", "v_proj"] },
  gpt2: { family: gpt2 as ModelImplementation, config: small, targets: ["c_attn"] },
  gpt2tiny: {
    family: gpt2 as ModelImplementation,
    config: { ...small, n_embd: 256, n_layer: 4, n_head: 4 },
    targets: ["c_attn"],
  },
};

/** The same head, computing all logits at once. */
const unchunked: TaskImplementation = {
  ...textGeneration,
  head: (layers, body, o) => ({
    ...textGeneration.head(layers, body, o),
    loss: ({ labels, targets }, reduction) =>
      body.last_hidden_state.takeRows(targets!).headLoss(body.unembedding!, labels, { reduction, chunks: 1 }),
  }),
};

async function run(o: RowSettings): Promise<RowResult> {
  const { ids, padId, cut } = await tokens(o.model);
  const { family, config, targets } = MODELS[o.model];
  const language = o.model !== "minilm";
  const call = (kind: string, word: string, args: Call["arguments"] = {}): Call => ({ kind, word, arguments: args });
  const off = new Set(
    passes.map((pass) => pass.name).filter((name) => !/^(dead_code|precision|recompute)$/.test(name)),
  );
  const programs = assemblePrograms({
    family,
    config: family.config(config),
    task: language
      ? { call: call("task", "text_generation"), implementation: o.chunked ? textGeneration : unchunked }
      : { call: call("task", "text_classification"), implementation: textClassification },
    technique: {
      call: call("technique", o.technique, { rank: 8, targets }),
      implementation: o.technique === "full" ? full : lora,
    },
    optimizer: { call: call("optimizer", "adamw"), implementation: adamw },
    labels: language ? 0 : 2,
    dropout: null,
    clip: 1,
    prefixInCheckpoint: false,
    tensors: new Set(),
    seed: 0,
    packed: o.packing,
    accumulate: o.accumulate > 1,
    passes: { precision: o.precision, recompute: o.recompute, ...(o.passes ? {} : { off }) },
  });
  const windows = language ? new TokenWindows(new TextsInMemory(ids), o.maxLength, padId) : null;
  const whole = ids.map(cut);
  const rows = windows ?? whole;
  const loader = new DataLoader(
    {
      ids: rows,
      lengths: windows ? windows.lengths : Int32Array.from(whole, (row) => row.length),
      taught: language ? null : labelTargets(Int32Array.from(ids, (_, i) => i % 2)),
    },
    {
      batchSize: o.batch,
      accumulate: o.accumulate,
      packed: o.packing ? o.maxLength : null,
      shuffle: o.shuffle,
      seed: 0,
      padId,
    },
  );
  const engine = await startEngine({ engine: o.engine as EngineOptions["engine"] });
  try {
    const { train, accumulate, apply } = programs;
    const session = await engine.open(accumulate && apply ? { accumulate, apply } : { train }, []);
    const fedAt = new Map<number, number>();
    const flight = new StepPipeline(
      {
        session,
        accumulate: o.accumulate,
        rate: () => 1e-4,
        update: (step) => {
          const update = loader.update(step);
          const part = (i: number) => {
            const made = update.part(i);
            const positions = made.feeds["input_ids"]!.shape.reduce((a, b) => a * b, 1);
            fedAt.set(step, (fedAt.get(step) ?? 0) + positions);
            return made;
          };
          return { ...update, part };
        },
      },
      0,
    );
    let [real, fed, seconds, steps] = [0, 0, 0, 0];
    const losses: number[] = [];
    for (let step = 1; seconds < o.seconds || steps < 3; step++) {
      const done = (await flight.next(Infinity))!;
      if (step === 2) await engine.clock(); // the steps before are warm-up
      if (step <= 2) continue;
      steps += 1;
      real += done.tokens;
      fed += fedAt.get(done.step)!;
      seconds += done.seconds;
      losses.push(done.loss);
    }
    const { computingSeconds, waitingSeconds } = await engine.clock();
    await flight.stop(steps);
    const last = losses.slice(-20);
    return {
      name: o.name,
      engine: engine.info.title,
      steps,
      tokensPerSecond: real / seconds,
      fill: real / fed,
      waiting: waitingSeconds / (computingSeconds + waitingSeconds),
      peakRssMiB: peakRss(process.pid) + peakRss(engine.info.pid),
      loss: last.reduce((a, b) => a + b, 0) / last.length,
    };
  } finally {
    await engine.close();
  }
}

console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? "{}") as RowSettings)));

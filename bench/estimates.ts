/**
 * `tunebook bench estimates`: compares the plan's estimates of memory and time with measurements, for pairs of batch
 * size and length. A machine's speed is calibrated on the first pair of each model, as a first run does. That pair's
 * time is no test, and the output marks it. The memory factors were fitted to other pairs than these.
 */
import { Command } from "commander";
import { peakMemoryBytes, matrixFlopsPerToken, updateFlops } from "#dsl/compiler/plan/estimates.js";
import { programMemoryOf } from "#dsl/tensor/memory.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import { processor } from "./finetune/report.js";
import { batchOf, integers, peakRss } from "./step/batch.js";
import type { Carrier } from "./step/carrier.js";
import { MODELS, shapeOf } from "./step/models.js";
import { table } from "./table.js";

interface Options {
  readonly models: string;
  readonly techniques: string;
  readonly dtypes: string;
  readonly recompute: string;
  readonly steps: number;
  readonly json: boolean;
}
interface Case {
  readonly model: string;
  readonly technique: "full" | "lora";
  readonly dtype: "f32" | "bf16";
  readonly recompute: "none" | "blocks";
  readonly batch: number;
  readonly length: number;
}
interface Line extends Case {
  /**
   * MiB of the engine's process: by the plan's formula, by walking the program and adding the engine's overhead, and
   * measured.
   */
  readonly memory: { readonly plan: number; readonly walk: number; readonly measured: number };
  readonly seconds: { readonly estimated: number | null; readonly measured: number };
}
/** The first pair calibrates the speed. */
const PAIRS: Readonly<Record<string, readonly (readonly [batch: number, length: number])[]>> = {
  minilm: [
    [16, 128],
    [24, 48],
    [12, 200],
    [48, 96],
  ],
  gpt2: [
    [2, 192],
    [3, 128],
    [6, 160],
    [2, 384],
  ],
  smollm2: [
    [2, 192],
    [3, 128],
    [6, 160],
    [2, 384],
  ],
};
const MIB = 2 ** 20;

async function main(o: Options): Promise<void> {
  const list = <T extends string>(text: string): T[] => text.split(",").filter(Boolean) as T[];
  const lines: Line[] = [];
  for (const model of list(o.models))
    for (const technique of list<Case["technique"]>(o.techniques)) {
      let speed: number | null = null;
      for (const dtype of list<Case["dtype"]>(o.dtypes))
        for (const recompute of list<Case["recompute"]>(o.recompute))
          for (const [batch, length] of PAIRS[model]!) {
            const of: Case = { model, technique, dtype, recompute, batch, length };
            const made = MODELS[model]!({ technique, dropout: 0, passes: { precision: dtype, recompute } });
            const shape = shapeOf(of, made);
            const effort = matrixFlopsPerToken(shape, length) * batch * length + updateFlops(shape);
            const { peak, seconds } = await measured(of, made, o.steps);
            const walked = programMemoryOf(made.program, { batch, length, targets: batch * (length - 1) });
            const engine = peakMemoryBytes({
              ...shape,
              tokens: 0,
              trainable: 0,
              parameters: 0,
              vocabulary: 0,
              low: false,
            });
            const line: Line = {
              ...of,
              memory: {
                plan: Math.round(peakMemoryBytes(shape) / MIB),
                walk: Math.round((walked.state + walked.working + engine) / MIB),
                measured: peak,
              },
              seconds: { estimated: speed && effort / speed, measured: seconds },
            };
            speed ??= effort / seconds;
            lines.push(line);
            console.error(textOf(line).join("  "));
          }
    }
  if (o.json) console.log(JSON.stringify({ processor: processor(), lines }));
  else console.log(`${processor()}, Node ${process.version}\n${table(HEAD, lines.map(textOf))}`);
}

/** Returns peak memory and the median step time after one warm-up step. */
async function measured(of: Case, made: Carrier, steps: number): Promise<{ peak: number; seconds: number }> {
  const engine = await startEngine({ engine: "tensorflow" });
  try {
    const session = await engine.open({ train: made.program }, []);
    const feeds = batchOf(of, made);
    const times: number[] = [];
    for (let step = 1; step <= steps + 1; step++) {
      const begun = performance.now();
      await session.run("train", { ...feeds, step: integers([], [step]) }, ["loss"]);
      if (step > 1) times.push((performance.now() - begun) / 1e3);
    }
    times.sort((a, b) => a - b);
    return { peak: peakRss(engine.info.pid), seconds: times[times.length >> 1]! };
  } finally {
    await engine.close();
  }
}

const HEAD = ["step", "plan MiB", "walk MiB", "measured", "plan off", "walk off", "estimated s", "measured", "off"];
function textOf({ memory, seconds, ...of }: Line): string[] {
  const off = (estimate: number, real: number): string => `${((estimate / real - 1) * 100).toFixed(1)} %`;
  return [
    `${of.model} ${of.technique} ${of.dtype}${of.recompute === "blocks" ? " recomputed" : ""} ${of.batch}×${of.length}`,
    ...[memory.plan, memory.walk, memory.measured].map(String),
    off(memory.plan, memory.measured),
    off(memory.walk, memory.measured),
    seconds.estimated === null ? "teaches" : seconds.estimated.toFixed(3),
    seconds.measured.toFixed(3),
    seconds.estimated === null ? "" : off(seconds.estimated, seconds.measured),
  ];
}

const command = new Command("tunebook bench estimates")
  .description("the plan's estimates of memory and time beside what was measured")
  .option("--models <names>", "comma-separated", "minilm,gpt2,smollm2")
  .option("--techniques <names>", "comma-separated", "full,lora")
  .option("--dtypes <names>", "comma-separated", "f32,bf16")
  .option("--recompute <names>", "comma-separated: none, blocks", "none")
  .option("--steps <count>", "steps measured, after one to warm up", Number, 5)
  .option("--json", "one line of JSON", false);
await main(command.parse().opts<Options>());

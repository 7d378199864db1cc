/**
 * `tunebook bench step`: measures one training step of a known model with the program that `train` runs, and everything
 * in a real step (mask, update, fetched loss). Prints the keys of `peers/torch_step.py`, the engine, and the share of
 * the machine's matrix-product peak that the step's products reach. The peak is measured between the steps.
 */
import { cpus } from "node:os";
import { Command, Option } from "commander";
import { programCostOf } from "#dsl/tensor/cost.js";
import { Graph } from "#dsl/tensor/builder.js";
import type { Recompute } from "#dsl/tensor/passes/pass.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { ENGINE_NAMES, type Engine, type EngineOptions, type EngineSession } from "#kernel/engines/engine.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import { batchOf, integers, peakRss } from "./step/batch.js";
import { MODELS } from "./step/models.js";

export interface StepOptions {
  readonly model: string;
  readonly technique: "full" | "lora";
  readonly batch: number;
  readonly length: number;
  readonly dtype: "f32" | "bf16";
  readonly engine: EngineOptions["engine"];
  readonly steps: number;
  readonly dropout: number;
  readonly threads?: number;
  readonly recompute: Recompute;
  readonly xla: boolean;
  readonly kernels: boolean;
}
export interface StepResult {
  readonly engine: string;
  readonly model: string;
  readonly technique: string;
  readonly batch: number;
  readonly length: number;
  readonly dtype: string;
  readonly tokensPerSecond: number;
  readonly stepMs: { readonly min: number; readonly median: number; readonly max: number };
  readonly matmulPeakGflops: number;
  /** FLOPs of the step's products per second of the median step, divided by the peak. */
  readonly utilisation: number;
  readonly gflopPerStep: number;
  readonly peakRssMiB: number;
  readonly processor: string;
}

export async function run(o: StepOptions): Promise<StepResult> {
  const engine = await startEngine({
    engine: o.engine,
    ...(o.threads !== undefined && { threads: o.threads }),
    env: {
      ...(o.xla && { TF_XLA_FLAGS: "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit" }),
      ...(!o.kernels && { TUNEBOOK_KERNELS: "0" }),
    },
  });
  try {
    const made = MODELS[o.model]!({
      technique: o.technique,
      dropout: o.dropout,
      passes: { precision: o.dtype, recompute: o.recompute },
    });
    const { program } = made;
    const session = await engine.open({ train: program }, []);
    const feeds = batchOf(o, made);
    const timed = (step: number): Promise<number> => timeStep(session, { ...feeds, step: integers([], [step]) });
    for (const step of [1, 2]) await timed(step);
    // Memory of the training alone, read before the operands of the peak measurement are allocated.
    const peakRssMiB = peakRss(process.pid) + peakRss(engine.info.pid);
    const peak = await openPeak(engine, o.dtype);
    const times: number[] = [];
    let best = 0;
    for (let step = 3; step < o.steps + 3; step++) {
      best = Math.max(best, await peak());
      times.push(await timed(step));
    }
    times.sort((a, b) => a - b);
    const middle = median(times);
    const { products } = programCostOf(program, {
      batch: o.batch,
      length: o.length,
      targets: o.batch * (o.length - 1),
    });
    const ms = (seconds: number): number => round(seconds * 1e3, 1);
    await session.dispose();
    return {
      engine: engine.info.title,
      model: o.model,
      technique: o.technique,
      batch: o.batch,
      length: o.length,
      dtype: o.dtype,
      tokensPerSecond: round((o.batch * o.length) / middle, 1),
      stepMs: { min: ms(times[0]!), median: ms(middle), max: ms(times.at(-1)!) },
      matmulPeakGflops: round(best, 1),
      utilisation: round(products / middle / 1e9 / best, 3),
      gflopPerStep: round(products / 1e9, 2),
      peakRssMiB,
      processor: processor(),
    };
  } finally {
    await engine.close();
  }
}

async function timeStep(session: EngineSession, feeds: Readonly<Record<string, NDArray>>): Promise<number> {
  const start = performance.now();
  const { loss } = await session.run("train", feeds, ["loss"]);
  const seconds = (performance.now() - start) / 1e3;
  const value = new DataView(loss!.bytes.buffer, loss!.bytes.byteOffset).getFloat32(0, true);
  if (!Number.isFinite(value)) throw new Error(`the loss is ${String(value)}`);
  return seconds;
}

/** The best of A·B and A·Bᵀ over two sizes, in GFLOP/s, through the engine's own product; one element is read back. */
async function openPeak(engine: Engine, dtype: StepOptions["dtype"]): Promise<() => Promise<number>> {
  const graph = new Graph();
  const flops: Record<string, number> = {};
  for (const [m, k, n] of [
    [2048, 2048, 2048],
    [512, 768, 3072],
  ] as const) {
    const operand = (name: string, shape: readonly number[]): ReturnType<Graph["state"]> =>
      graph.state(name, { type: { dtype, shape }, trains: false, initial: { random: { normal: 1 }, seed: k } });
    const corner = (product: ReturnType<Graph["state"]>): ReturnType<Graph["state"]> =>
      product
        .slice(0, m - 1, 1)
        .slice(1, n - 1, 1)
        .cast("f32");
    const a = operand(`a${m}`, [m, k]);
    graph.output(`ab${m}`, corner(a.matmul(operand(`b${m}`, [k, n]))));
    graph.output(`abt${m}`, corner(a.matmul(operand(`bt${m}`, [n, k]), { transposeB: true })));
    flops[`ab${m}`] = flops[`abt${m}`] = 2 * m * k * n;
  }
  const session = await engine.open({ product: graph.program() }, []);
  return async () => {
    let best = 0;
    for (const [output, count] of Object.entries(flops)) {
      const start = performance.now();
      await session.run("product", {}, [output]);
      best = Math.max(best, count / (performance.now() - start) / 1e6);
    }
    return best;
  };
}

function processor(): string {
  return `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${String(cpus().length)} cores`;
}
function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

const command = new Command("tunebook bench step")
  .description("one training step: tokens per second and share of the machine's matrix-product peak")
  .addOption(new Option("--model <name>", "which model").choices(Object.keys(MODELS)).default("minilm"))
  .addOption(new Option("--technique <name>", "what trains").choices(["full", "lora"]).default("full"))
  .option("--batch <rows>", "texts per step", Number, 32)
  .option("--length <tokens>", "tokens per text", Number, 64)
  .addOption(new Option("--dtype <name>", "number format").choices(["f32", "bf16"]).default("f32"))
  .addOption(new Option("--engine <name>", "what computes").choices(["auto", ...ENGINE_NAMES]).default("auto"))
  .option("--steps <count>", "steps measured, after two to warm up", Number, 7)
  .option("--dropout <share>", "dropout everywhere (the peer has none)", Number, 0)
  .option("--threads <count>", "threads of the engine", Number)
  .addOption(new Option("--recompute <what>", "activations computed again").choices(["none", "blocks"]).default("none"))
  .option("--xla", "let TensorFlow compile clusters of ops", false)
  .option("--no-kernels", "TensorFlow's own ops alone")
  .option("--json", "one line of JSON");

const { json, ...options } = command.parse().opts<StepOptions & { json?: boolean }>();
const result = await run(options);
if (json) console.log(JSON.stringify(result));
else
  for (const [key, value] of Object.entries(result))
    console.log(`${key.padEnd(18)}${typeof value === "object" ? JSON.stringify(value) : String(value)}`);

/** Measures how fast an engine multiplies matrices with the product op that programs use: 512×768×3072. */
import { mustExist, CodedError } from "#dsl/language/diagnostics/codes.js";
import { Graph } from "#dsl/tensor/builder.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { Engine, EngineName } from "./engine.js";
import { measuredEngines } from "./engines.js";
import { writeMachineRecord, type MachineSpeedRecord } from "./machine-record.js";
import { measureProductSpeeds, type MatrixProductSpeeds } from "./products.js";
import { startEngine } from "./start-engine.js";
import { normalValues } from "./random.js";

export interface EngineMeasurement {
  readonly title: string;
  /** Best of several products. */
  readonly gflops: number;
  /** From start to the first result. */
  readonly seconds: number;
}

const [M, K, N] = [512, 768, 3072];

/**
 * Starts the engine, checks a product against one computed in this process, and closes it. Coded errors:
 * `engine-unavailable` and others.
 */
export async function measureEngine(name: EngineName): Promise<EngineMeasurement> {
  const began = performance.now();
  const engine = await startEngine({ engine: name });
  try {
    const { a, b } = { a: normalValues(M * K, 1, 1, "a"), b: normalValues(K * N, 1, 1, "b") };
    const first = await timeProduct(engine, a, b);
    const seconds = (performance.now() - began) / 1000;
    const times = [first];
    for (let i = 0; i < 5 && performance.now() - began < 10_000; i++) times.push(await timeProduct(engine, a, b));
    return { title: engine.info.title, gflops: (2 * M * K * N) / Math.min(...times) / 1e9, seconds };
  } finally {
    await engine.close();
  }
}

/** Seconds per product; the operands stay in the engine and a single number is returned. */
async function timeProduct(engine: Engine, a: Float32Array, b: Float32Array): Promise<number> {
  const graph = new Graph();
  const operand = (name: string, values: Float32Array, shape: readonly number[]): ReturnType<Graph["state"]> => {
    const value: NDArray = { dtype: "f32", shape, bytes: new Uint8Array(values.buffer) };
    return graph.state(name, { type: { dtype: "f32", shape }, trains: false, initial: { value } });
  };
  const product = operand("a", a, [M, K]).matmul(operand("b", b, [K, N]));
  graph.output("corner", product.slice(0, M - 1, 1).slice(1, N - 1, 1));
  const session = await engine.open({ product: graph.program() }, []);
  try {
    let best = Infinity;
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      const corner = mustExist((await session.run("product", {}))["corner"], "corner");
      best = Math.min(best, (performance.now() - start) / 1000);
      const got = new DataView(corner.bytes.buffer, corner.bytes.byteOffset).getFloat32(0, true);
      let expected = 0;
      for (let k = 0; k < K; k++) expected += a[(M - 1) * K + k]! * b[k * N + N - 1]!;
      if (Math.abs(got - expected) > 1e-2)
        throw new Error(`the engine's product is wrong: ${String(got)}, expected ${String(expected)}`);
    }
    return best;
  } finally {
    await session.dispose();
  }
}

/**
 * Measures the native engines one at a time, in a few seconds, and saves the record. Skips engines that can't be
 * started.
 */
export async function measureMachine(): Promise<MachineSpeedRecord> {
  const engines: Partial<Record<EngineName, MatrixProductSpeeds & { title: string }>> = {};
  for (const { name } of measuredEngines) {
    try {
      const engine = await startEngine({ engine: name });
      try {
        engines[name] = { title: engine.info.title, ...(await measureProductSpeeds(engine)) };
      } finally {
        await engine.close();
      }
    } catch (e) {
      if (!(e instanceof CodedError)) throw e;
    }
  }
  return writeMachineRecord(engines);
}

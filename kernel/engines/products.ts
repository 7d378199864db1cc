/**
 * Measures an engine on this machine: product speed per dtype and layout, and bandwidth, each with its own program.
 */
import { Graph } from "#dsl/tensor/builder.js";
import type { DType, Program } from "#dsl/tensor/program.js";
import type { Engine } from "./engine.js";

/** GFLOP/s of 512×768×3072, the better of A·B and A·Bᵀ; `bf16` where the engine computes it. */
export interface MatrixProductSpeeds {
  readonly f32: number;
  readonly bf16?: number;
  /** GB/s read and written by an addition of 2²³ numbers. */
  readonly bandwidth: number;
}

const [M, K, N] = [512, 768, 3072];
const ROWS = 2 ** 13;
const COLUMNS = 2 ** 10;

type Tensor = ReturnType<Graph["state"]>;

/** Takes about a second. Coded errors: those of `Engine.open`. */
export async function measureProductSpeeds(engine: Engine): Promise<MatrixProductSpeeds> {
  const products = { f32: productProgram("f32"), bf16: productProgram("bf16") };
  const bf16 = (await engine.can(products.bf16)).length === 0;
  const programs: Record<string, Program> = {
    f32: products.f32,
    ...(bf16 && { bf16: products.bf16 }),
    sum: sumProgram(),
  };
  const session = await engine.open(programs, []);
  /**
   * Seconds of the best of many short runs: a single run may be off by a fifth, and engines differ by less than that.
   */
  const best = async (program: string, output: string): Promise<number> => {
    let least = Infinity;
    for (let i = 0; i < 16; i++) {
      const start = performance.now();
      await session.run(program, {}, [output]);
      if (i > 0) least = Math.min(least, (performance.now() - start) / 1e3);
    }
    return least;
  };
  const product = async (dtype: DType): Promise<number> => {
    const seconds = Math.min(await best(dtype, "ab"), await best(dtype, "abt"));
    return Math.round((2 * M * K * N) / seconds / 1e8) / 10;
  };
  try {
    const f32 = await product("f32");
    const low = bf16 ? { bf16: await product("bf16") } : {};
    const bandwidth = Math.round((3 * 4 * ROWS * COLUMNS) / (await best("sum", "corner")) / 1e8) / 10;
    return { f32, ...low, bandwidth };
  } finally {
    await session.dispose();
  }
}

/** Returns only one number of the product. */
function productProgram(dtype: DType): Program {
  const graph = new Graph();
  const a = operand(graph, `${dtype}.a`, [M, K], dtype);
  graph.output("ab", corner(a.matmul(operand(graph, `${dtype}.b`, [K, N], dtype)), M, N));
  graph.output("abt", corner(a.matmul(operand(graph, `${dtype}.bt`, [N, K], dtype), { transposeB: true }), M, N));
  return graph.program();
}
function sumProgram(): Program {
  const graph = new Graph();
  const [a, b] = [operand(graph, "x", [ROWS, COLUMNS], "f32"), operand(graph, "y", [ROWS, COLUMNS], "f32")];
  graph.output("corner", corner(a.add(b), ROWS, COLUMNS));
  return graph.program();
}
function operand(graph: Graph, name: string, shape: readonly number[], dtype: DType): Tensor {
  return graph.state(name, { type: { dtype, shape }, trains: false, initial: { ones: true } });
}
function corner(x: Tensor, rows: number, columns: number): Tensor {
  return x
    .slice(0, rows - 1, 1)
    .slice(1, columns - 1, 1)
    .cast("f32");
}

/**
 * Steps of PyTorch's and transformers' optimizers (tests/golden/oracle/optimizers.json), and the same steps as a
 * program.
 */
import { readFileSync } from "node:fs";
import { Graph } from "#dsl/tensor/builder.js";
import type { DType, Program } from "#dsl/tensor/program.js";
import type { OptimizerImplementation } from "#stdlib/optimizers/kind.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";

export interface OptimizerRun {
  readonly word: string;
  readonly settings: Readonly<Record<string, number | boolean>>;
  readonly clip: number | null;
  readonly begin: Readonly<Record<string, number[]>>;
  readonly steps: readonly { readonly rate: number; readonly gradients: number[][]; readonly values: number[][] }[];
}
const file = new URL("../../../../tests/golden/oracle/optimizers.json", import.meta.url);
export const runs = JSON.parse(readFileSync(file, "utf8")) as readonly OptimizerRun[];

export const SHAPES: Readonly<Record<string, readonly number[]>> = { matrix: [3, 4], vector: [5] };
export const titleOf = (r: OptimizerRun): string => `${r.word} ${JSON.stringify(r.settings)}, clip ${r.clip}`;

/**
 * Builds the program of one step: inputs `d.matrix`, `d.vector`, rate, step; states matrix, vector and the optimizer's
 * own.
 */
export function stepProgram(run: OptimizerRun, optimizer: OptimizerImplementation, dtype: DType): Program {
  const graph = new Graph();
  const rate = graph.input("rate", { dtype, shape: [] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const trainable = Object.entries(SHAPES).map(([name, shape]) => ({
    name,
    value: graph.state(name, { type: { dtype, shape }, trains: true, initial: { zeros: true } }),
    gradient: graph.input(`d.${name}`, { dtype, shape }),
  }));
  const call = { kind: "optimizer", word: run.word, arguments: run.settings };
  const { norm } = optimizer.apply(call, graph, trainable, { rate, step, clip: run.clip });
  graph.output("norm", norm);
  return graph.program();
}
export function feedsOf(run: OptimizerRun, i: number): Record<string, ArrayValues> {
  const { rate, gradients } = run.steps[i]!;
  return {
    rate: makeArrayValues([], [rate]),
    step: makeArrayValues([], [i + 1]),
    ...Object.fromEntries(
      Object.entries(SHAPES).map(([name, shape], k) => [`d.${name}`, makeArrayValues(shape, gradients[k]!)]),
    ),
  };
}

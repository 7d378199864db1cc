/**
 * Penalties computed by PyTorch's autograd (tests/golden/oracle/strategies.json), and the same as programs over one
 * state.
 */
import { readFileSync } from "node:fs";
import { Graph } from "#dsl/tensor/builder.js";
import type { Program } from "#dsl/tensor/program.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { sgd } from "#stdlib/optimizers/sgd.js";
import type { StrategyImplementation } from "#stdlib/strategies/kind.js";
import { buildConsolidateProgram, SQUARED_GRADIENTS_PREFIX } from "#stdlib/programs/consolidation.js";
import { updateByOptimizer } from "#stdlib/programs/strategies.js";

export interface StrategyRun {
  readonly word: string;
  readonly settings: Readonly<Record<string, number>>;
  readonly clip: number | null;
  readonly rows: number;
  readonly rate: number;
  readonly begin: Readonly<Record<string, number[]>>;
  readonly tasks: readonly {
    /** Mean of the squared gradients, for each parameter. */
    readonly fisher: number[][];
    readonly steps: readonly { readonly gradients: number[][]; readonly values: number[][]; readonly norm: number }[];
  }[];
}
const file = new URL("../../../../tests/golden/oracle/strategies.json", import.meta.url);
export const runs = JSON.parse(readFileSync(file, "utf8")) as readonly StrategyRun[];

export const SHAPES: Readonly<Record<string, readonly number[]>> = { matrix: [3, 4], vector: [5] };
export const titleOf = (r: StrategyRun): string => `${r.word} ${JSON.stringify(r.settings)}, clip ${String(r.clip)}`;

/**
 * `update`: inputs `d.matrix`, `d.vector`, rate, step. `consolidate`: inputs rows, first; additional state `squares/…`.
 */
export function programsOf(
  run: StrategyRun,
  implementation: StrategyImplementation,
): { readonly update: Program; readonly consolidate: Program } {
  const call = { kind: "strategy" as const, word: run.word, arguments: run.settings };
  const strategies = [{ call, implementation }];
  const graph = new Graph();
  const rate = graph.input("rate", { dtype: "f64", shape: [] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const learning = Object.entries(SHAPES).map(([name, shape]) => ({
    name,
    value: graph.state(name, { type: { dtype: "f64", shape }, trains: true, initial: { zeros: true } }),
    gradient: graph.input(`d.${name}`, { dtype: "f64", shape }),
  }));
  const optimizer = {
    call: { kind: "optimizer" as const, word: "sgd", arguments: { momentum: 0, weight_decay: 0 } },
    implementation: sgd,
  };
  const { norm } = updateByOptimizer({ optimizer, clip: run.clip, strategies }, graph, learning, { rate, step });
  graph.output("norm", norm);
  const update = graph.program();
  const states = Object.keys(SHAPES).map((name) => [name, { ...update.state[name]!, trains: false }] as const);
  return {
    update,
    consolidate: buildConsolidateProgram({ strategies }, states, implementation.fisher !== undefined, "f64"),
  };
}

export function zeroState(...programs: readonly Program[]): Record<string, ArrayValues> {
  const all = programs.flatMap((program) => Object.entries(program.state));
  return Object.fromEntries(all.map(([name, { type }]) => [name, makeArrayValues(type.shape as number[], undefined)]));
}
export const squaresOf = (run: StrategyRun, fisher: number[][]): Record<string, ArrayValues> =>
  Object.fromEntries(
    Object.entries(SHAPES).map(([name, shape], k) => [
      SQUARED_GRADIENTS_PREFIX + name,
      makeArrayValues(
        shape,
        fisher[k]!.map((one) => one * run.rows),
      ),
    ]),
  );

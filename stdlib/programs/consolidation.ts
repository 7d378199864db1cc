/**
 * Programs that run between two data sets of a sequence: they sum squared gradients (the diagonal of the Fisher
 * information), and then strategies consolidate from these and from the weights.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { Graph } from "#dsl/tensor/builder.js";
import { backpropagateSlopes } from "#dsl/tensor/gradient.js";
import { gather } from "#dsl/tensor/ops/gather.js";
import { optimise, PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { Program, TensorState } from "#dsl/tensor/program.js";
import { lossAsDifferentiatedRows, type DifferentiatedRows } from "#dsl/tensor/ops/rows/row-parts.js";
import { rowGradientSquares, type RowGradientSquares } from "#dsl/tensor/ops/rows/row-squares.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { buildModel, addModelInputs } from "./model.js";
import type { AssembleOptions, ConsolidationPrograms, FisherEstimator, FisherProgram } from "./options.js";
import { addSupervisionInputs } from "./supervision.js";

/** Prefix of the states with sums of squared gradients. */
export const SQUARED_GRADIENTS_PREFIX = "squares/";

/** Builds the programs; null if no strategy consolidates. */
export function buildConsolidationPrograms(
  options: AssembleOptions,
  trainable: readonly string[],
): ConsolidationPrograms | null {
  const strategies = (options.strategies ?? []).filter(({ implementation }) => implementation.consolidate);
  if (strategies.length === 0) return null;
  const usesFisher = strategies.some(({ implementation }) => implementation.fisher);
  const states = buildFisher(options, "loss", false)?.program.state ?? {};
  return {
    fisher: usesFisher
      ? (estimator, perRow) =>
          mustExist(
            buildFisher(options, estimator, perRow) ??
              buildFisher(options, estimator === "loss" ? estimator : "directions", false),
            "a program of squared gradients",
          )
      : null,
    consolidate: buildConsolidateProgram(
      { ...options, strategies },
      trainable.map((name) => [name, mustExist(states[name], `state ${name}`)] as const),
      usesFisher,
    ),
  };
}

function sumOf(graph: Graph, name: string, { type }: TensorState): Tensor {
  return graph.state(SQUARED_GRADIENTS_PREFIX + name, { type, trains: false, initial: { zeros: true } });
}

/** Uses f32 and no dropout, because squares are small. Returns null if per-example gradients cannot be separated. */
function buildFisher(options: AssembleOptions, estimator: FisherEstimator, perRow: boolean): FisherProgram | null {
  if (perRow && !options.task.implementation.supervision.rowFormat.supports.batchedRowFisher) return null;
  const graph = new Graph();
  const inputs = addModelInputs(graph, options);
  const model = buildModel({ ...options, dropout: 0 }, graph, inputs);
  const derived =
    estimator === "loss"
      ? lossAsDifferentiatedRows(
          (model.plain ?? model.loss)(addSupervisionInputs(graph, options, { weighed: false }), "sum"),
        )
      : DERIVED[estimator](graph, model.logits());
  const { state } = graph.program();
  const trains = Object.entries(state).filter(([, one]) => one.trains);
  const parameters = trains.map(([name, one]) => graph.state(name, one));
  const found = perRow ? rowGradientSquares(graph, derived, parameters) : batchSquares(graph, derived, parameters);
  if (!found) return null;
  found.squares.forEach((squares, i) => {
    const [name, one] = mustExist(trains[i], "a parameter");
    if (squares) graph.update(SQUARED_GRADIENTS_PREFIX + name, sumOf(graph, name, one).add(squares));
  });
  graph.output("loss", summedOutput(derived));
  const program = optimise(graph.program(), {
    ...PLAIN_PASS_SETTINGS,
    ...(options.passes?.storage && { storage: options.passes.storage }),
  });
  return { estimator, program, perRow, rowBytes: 4 * found.numbersPerRow };
}

/** Returns the squared gradient of the complete batch; for a batch of one row, this is the per-example square. */
function batchSquares(
  graph: Graph,
  { quantity: output, slope }: DifferentiatedRows,
  parameters: readonly Tensor[],
): RowGradientSquares {
  const share = graph.input("share", { dtype: "f32", shape: [] });
  const gradients = backpropagateSlopes(graph, [[output, slope]], parameters);
  return { squares: gradients.map((d) => d?.square().multiply(share)), numbersPerRow: 0 };
}

/** Directions in which the logits [rows, labels] are differentiated. */
const DERIVED: Readonly<
  Record<Exclude<FisherEstimator, "loss">, (graph: Graph, logits: Tensor) => DifferentiatedRows>
> = {
  directions: (graph, logits) => ({
    quantity: logits,
    slope: graph.input("directions", { dtype: "f32", shape: logits.shape }),
  }),
  pairs: (graph, logits) => ({
    quantity: logits,
    slope: graph.input("directions", { dtype: "f32", shape: ["pairs", ...logits.shape.slice(1)] }),
    pairs: graph.input("row_of", { dtype: "i32", shape: ["pairs"] }),
  }),
  // For two labels, diag(p) − p · pᵀ is the outer product of one column with itself: √(p (1 − p)) · (1, −1).
  between(graph, logits) {
    const between = graph.input("between", { dtype: "f32", shape: logits.shape.slice(1) });
    const difference = logits.multiply(between).sum([logits.rank - 1], true);
    const spread = difference.sigmoid().multiply(difference.multiply(-1).sigmoid()).sqrt();
    return { quantity: logits, slope: between.multiply(spread) };
  },
};

function summedOutput({ quantity: output, slope, pairs }: DifferentiatedRows): Tensor {
  if (output.rank === 0) return output;
  return (pairs ? output.graph.one(gather, [output, pairs], {}) : output).multiply(slope).sum();
}

/** Builds the consolidation program. `dtype`: type of the inputs `rows` and `first`. */
export function buildConsolidateProgram(
  options: Pick<AssembleOptions, "strategies">,
  states: readonly (readonly [name: string, state: TensorState])[],
  usesFisher: boolean,
  dtype: "f32" | "f64" = "f32",
): Program {
  const graph = new Graph();
  const rows = graph.input("rows", { dtype, shape: [] });
  const first = graph.input("first", { dtype, shape: [] });
  const byName = new Map(states);
  const parameters = states.map(([name, state]) => ({ name, value: graph.state(name, state) }));
  const squared = (name: string): Tensor =>
    sumOf(graph, name, mustExist(byName.get(name), `state ${name}`)).divide(rows.maximum(1));
  for (const { call, implementation } of options.strategies ?? [])
    implementation.consolidate?.(call, graph, { parameters, first, squared });
  for (const [name, state] of usesFisher ? states : [])
    graph.update(SQUARED_GRADIENTS_PREFIX + name, sumOf(graph, name, state).filled(0));
  graph.output("rows", rows.add(0));
  return optimise(graph.program(), PLAIN_PASS_SETTINGS);
}

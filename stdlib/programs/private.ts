/**
 * Differentially private updates (Abadi et al. 2016, arXiv 1607.00133): per-example gradients are clipped to a maximum
 * norm before they are summed, and noise is added to the sum before the weights change.
 *
 * The loss of a row is independent of other rows. For a text with one label it is that label's loss; for a row with
 * several targets it is their mean (`share`). Its gradient is clipped over all parameters together, as in Opacus. A
 * long text therefore counts as much as a short one, whereas training without privacy weighs all tokens of a batch
 * equally.
 *
 * The reported loss of a step and the gradient norms come from the rows themselves: no noise protects them.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { Graph } from "#dsl/tensor/builder.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { lossAsDifferentiatedRows } from "#dsl/tensor/ops/rows/row-parts.js";
import { clipRowGradients, type ClippedRowGradients } from "#dsl/tensor/ops/rows/row-norms.js";
import type { PassSettings } from "#dsl/tensor/passes/pass.js";
import { optimise, PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { Program, TensorState } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { GRADIENT_SUM_PREFIX } from "./accumulate.js";
import { buildModel, DROPOUT_DRAWS_TYPE, addModelInputs } from "./model.js";
import { isPlainTaskLoss } from "./objective.js";
import type { AssembleOptions, PrivateTrainingPrograms } from "./options.js";
import { updateByOptimizer } from "./strategies.js";
import { addSupervisionInputs } from "./supervision.js";

export const NOISE_INPUT_PREFIX = "noise/";

/** `clip`: the maximum norm of a row's gradient. Throws `graph-invalid` for loss terms other than the task's own loss. */
export function buildPrivateTrainingPrograms(
  options: AssembleOptions,
  { clip }: { readonly clip: number },
): PrivateTrainingPrograms {
  if (!isPlainTaskLoss(options))
    throw new CodedError("graph-invalid", {
      problem: "private updates take no loss terms besides the task's own loss",
    });
  const alone = once(() => build(options, clip, false));
  return {
    apart: options.task.implementation.supervision.rowFormat.supports.batchedRowGradients
      ? build(options, clip, true)
      : null,
    get alone() {
      return alone();
    },
    get apply() {
      return buildPrivateUpdateProgram(options, alone());
    },
  };
}

function once(make: () => Program | null): () => Program {
  let made: Program | null = null;
  return () => {
    made ??= make();
    return mustExist(made, "the gradient of a batch as a whole");
  };
}

function sumOf(graph: Graph, name: string, { type }: TensorState): Tensor {
  return graph.state(GRADIENT_SUM_PREFIX + name, { type, trains: false, initial: { zeros: true } });
}

/**
 * Builds the clipping program. `apart`: computes per-example gradients of a batch, null if its graph has no rule for
 * that; otherwise the batch is treated as one row.
 */
function build(options: AssembleOptions, clip: number, apart: boolean): Program | null {
  const graph = new Graph();
  const inputs = addModelInputs(graph, options);
  const supervised = addSupervisionInputs(graph, options, { weighed: true });
  const share = graph.input("share", { dtype: "f32", shape: apart ? ["batch"] : [] });
  const reportShare = graph.input("told", { dtype: "f32", shape: [] });
  const model = buildModel(options, graph, inputs, graph.input("draws", DROPOUT_DRAWS_TYPE));
  const loss = model.loss(supervised, "sum");
  const state = graph.program().state;
  const names = Object.keys(state).filter((name) => state[name]!.trains);
  const parameters = names.map((name) => graph.state(name, state[name]!));
  const how = { clip: clip * MARGIN[options.passes?.precision ?? "f32"], share };
  const clipped = apart
    ? clipRowGradients(graph, lossAsDifferentiatedRows(loss), parameters, how)
    : asOne(graph, loss, parameters, how);
  if (!clipped) return null;
  clipped.sums.forEach((d, i) => {
    const name = names[i]!;
    if (d) graph.update(GRADIENT_SUM_PREFIX + name, sumOf(graph, name, state[name]!).add(d));
  });
  const sharedLoss = loss.multiply(reportShare);
  graph.output("loss", model.reportedLoss?.(sharedLoss) ?? sharedLoss);
  graph.output("norms", clipped.norms);
  return optimise(graph.program(), options.passes ?? PLAIN_PASS_SETTINGS);
}

/** Share of the clip to use: rounding of half-precision products can make gradients longer than computed. */
const MARGIN: Readonly<Record<PassSettings["precision"], number>> = { f32: 1, bf16: 1 - 1 / 64 };

function asOne(
  graph: Graph,
  loss: Tensor,
  parameters: readonly Tensor[],
  { clip, share }: { readonly clip: number; readonly share: Tensor },
): ClippedRowGradients {
  const slopes = gradientsOfLoss(graph, loss.multiply(share), parameters);
  const squares = slopes.flatMap((d) => (d ? [d.square().sum()] : []));
  const norms = squares.reduce((a, b) => a.add(b)).sqrt();
  const factor = norms.maximum(clip).power(-1).multiply(clip);
  return { norms, sums: slopes.map((d) => d?.multiply(factor)) };
}

/** Builds the update program. `accumulated`: a program that sums the clipped gradients. */
export function buildPrivateUpdateProgram(
  options: Pick<AssembleOptions, "optimizer" | "passes"> & Partial<Pick<AssembleOptions, "task" | "family">>,
  accumulated: Program,
): Program {
  const graph = new Graph();
  const rate = graph.input("rate", { dtype: "f32", shape: [] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const mean = graph.input("mean", { dtype: "f32", shape: [] });
  const trainable = Object.entries(accumulated.state)
    .filter(([name]) => GRADIENT_SUM_PREFIX + name in accumulated.state)
    .map(([name, state]) => {
      const noise = graph.input(NOISE_INPUT_PREFIX + name, { dtype: "f32", shape: state.type.shape });
      const gradient = sumOf(graph, name, state).add(noise).multiply(mean);
      return { name, value: graph.state(name, state), gradient };
    });
  const { norm } = updateByOptimizer({ ...options, clip: null }, graph, trainable, { rate, step });
  for (const { name } of trainable) {
    const sum = sumOf(graph, name, accumulated.state[name]!);
    graph.update(GRADIENT_SUM_PREFIX + name, graph.one("fill_like", [sum], { value: 0 }));
  }
  graph.output("norm", norm);
  return optimise(graph.program(), options.passes ?? PLAIN_PASS_SETTINGS);
}

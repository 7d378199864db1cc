/**
 * Training in which no row says much (differentially private updates: Abadi et al. 2016, arXiv 1607.00133). What each row says is cut to
 * a greatest length before rows are summed, and the sum gets noise before anything is learnt from it.
 *
 * A row's loss is its own, whatever stands beside it: of a text with one label that label's loss, of one that teaches at several places the
 * mean over them (`share`). That is what is cut, over all parameters together, as Opacus does it. So a long text counts no more
 * than a short one, where trainings without privacy weigh all tokens of a batch alike.
 *
 * The loss that a step tells and how long rows' gradients are, are of the rows themselves: no noise covers them.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import { Graph } from "#dsl/tensor/builder.js";
import { gradient } from "#dsl/tensor/gradient.js";
import { ofLoss } from "#dsl/tensor/ops/rows/row-parts.js";
import { clippedRows, type ClippedRows } from "#dsl/tensor/ops/rows/row-norms.js";
import type { PassSettings } from "#dsl/tensor/passes/pass.js";
import { optimise, PLAIN } from "#dsl/tensor/passes/table.js";
import type { Program, State } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { SUM } from "./accumulate.js";
import { buildModel, DRAWS, modelInputs } from "./model.js";
import { isTaskLoss } from "./objective.js";
import type { AssembleOptions, PrivatePrograms } from "./options.js";
import { updateBy } from "./strategies.js";
import { supervise } from "./supervision.js";

/** Prefix of the inputs that bring noise. */
export const NOISE = "noise/";

/** `clip`: the maximum norm of a row's gradient. Throws `graph-invalid` for loss terms other than the task's own loss. */
export function buildPrivate(o: AssembleOptions, { clip }: { readonly clip: number }): PrivatePrograms {
  if (!isTaskLoss(o))
    throw new CodedError("graph-invalid", {
      problem: "private updates take no loss terms besides the task's own loss",
    });
  const alone = once(() => build(o, clip, false));
  return {
    apart: o.task.implementation.supervision.rowFormat.supports.batchedRowGradients ? build(o, clip, true) : null,
    get alone() {
      return alone();
    },
    get apply() {
      return buildPrivateApply(o, alone());
    },
  };
}

function once(make: () => Program | null): () => Program {
  let made: Program | null = null;
  return () => {
    made ??= make();
    return must(made, "what a batch says as a whole");
  };
}

function sumOf(graph: Graph, name: string, { type }: State): Tensor {
  return graph.state(SUM + name, { type, trains: false, initial: { zeros: true } });
}

/** `apart`: each row of a batch by itself, null where its graph has no rule for that; else the batch is one. */
function build(o: AssembleOptions, clip: number, apart: boolean): Program | null {
  const graph = new Graph();
  const inputs = modelInputs(graph, o);
  const supervised = supervise(graph, o, { weighed: true });
  const share = graph.input("share", { dtype: "f32", shape: apart ? ["batch"] : [] });
  const told = graph.input("told", { dtype: "f32", shape: [] });
  const model = buildModel(o, graph, inputs, graph.input("draws", DRAWS));
  const loss = model.loss(supervised, "sum");
  const state = graph.program().state;
  const names = Object.keys(state).filter((name) => state[name]!.trains);
  const parameters = names.map((name) => graph.state(name, state[name]!));
  const how = { clip: clip * MARGIN[o.passes?.precision ?? "f32"], share };
  const clipped = apart ? clippedRows(graph, ofLoss(loss), parameters, how) : asOne(graph, loss, parameters, how);
  if (!clipped) return null;
  clipped.sums.forEach((d, i) => {
    const name = names[i]!;
    if (d) graph.update(SUM + name, sumOf(graph, name, state[name]!).add(d));
  });
  const said = loss.multiply(told);
  graph.output("loss", model.told?.(said) ?? said);
  graph.output("norms", clipped.norms);
  return optimise(graph.program(), o.passes ?? PLAIN);
}

/** What of the clip is used: products of halves may come out longer than was reckoned, by their rounding. */
const MARGIN: Readonly<Record<PassSettings["precision"], number>> = { f32: 1, bf16: 1 - 1 / 64 };

function asOne(
  graph: Graph,
  loss: Tensor,
  parameters: readonly Tensor[],
  { clip, share }: { readonly clip: number; readonly share: Tensor },
): ClippedRows {
  const slopes = gradient(graph, loss.multiply(share), parameters);
  const squares = slopes.flatMap((d) => (d ? [d.square().sum()] : []));
  const norms = squares.reduce((a, b) => a.add(b)).sqrt();
  const factor = norms.maximum(clip).power(-1).multiply(clip);
  return { norms, sums: slopes.map((d) => d?.multiply(factor)) };
}

/** `accumulated`: a program that sums what was cut. */
export function buildPrivateApply(
  o: Pick<AssembleOptions, "optimizer" | "passes"> & Partial<Pick<AssembleOptions, "task" | "family">>,
  accumulated: Program,
): Program {
  const graph = new Graph();
  const rate = graph.input("rate", { dtype: "f32", shape: [] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const mean = graph.input("mean", { dtype: "f32", shape: [] });
  const trainable = Object.entries(accumulated.state)
    .filter(([name]) => SUM + name in accumulated.state)
    .map(([name, state]) => {
      const noise = graph.input(NOISE + name, { dtype: "f32", shape: state.type.shape });
      const gradient = sumOf(graph, name, state).add(noise).multiply(mean);
      return { name, value: graph.state(name, state), gradient };
    });
  const { norm } = updateBy({ ...o, clip: null }, graph, trainable, { rate, step });
  for (const { name } of trainable) {
    const sum = sumOf(graph, name, accumulated.state[name]!);
    graph.update(SUM + name, graph.one("fill_like", [sum], { value: 0 }));
  }
  graph.output("norm", norm);
  return optimise(graph.program(), o.passes ?? PLAIN);
}

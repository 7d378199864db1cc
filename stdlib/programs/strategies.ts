/**
 * The update of a training step: penalties, the optimizer, frozen parts of parameters, and the states of strategies.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { TrainedParameter } from "../losses/loss-term.js";
import type { FrozenParameterPart } from "../strategies/kind.js";
import { headPathsOf } from "./model.js";
import { parameterLossTerms } from "./objective.js";
import type { AssembleOptions, ConfiguredStrategy } from "./options.js";

/**
 * Updates every parameter with the optimizer, after adding the gradients of all terms over parameters. Strategies see
 * the gradients without these terms.
 */
export function updateByOptimizer(
  options: Pick<AssembleOptions, "optimizer" | "clip" | "strategies"> &
    Partial<Pick<AssembleOptions, "task" | "family">>,
  graph: Graph,
  parameters: readonly TrainedParameter[],
  { rate, step }: { readonly rate: Tensor; readonly step: Tensor },
): { readonly norm: Tensor } {
  const strategies = options.strategies ?? [];
  const learning = parameters.map((one) => ({ ...one, ...headOf(options, one.name) }));
  const penalized = parameterLossTerms(options).reduce<readonly TrainedParameter[]>((all, term) => {
    const gradients = term.gradients(graph, all);
    return all.map((one, i) => ({ ...one, gradient: mustExist(gradients[i], "a gradient") }));
  }, learning);
  const trainable = penalized.map((one) => {
    const frozen = frozenParameterPart(strategies, one.name, one.value.shape as readonly number[]);
    const { gradient } = one;
    return frozen ? { ...one, gradient: joined(graph, frozen, gradient.filled(0), gradient) } : one;
  });
  const done = options.optimizer.implementation.apply(options.optimizer.call, graph, trainable, {
    rate,
    step,
    clip: options.clip,
  });
  for (const { name, value } of trainable) {
    const [frozen, after] = [
      frozenParameterPart(strategies, name, value.shape as readonly number[]),
      graph.after(name),
    ];
    if (frozen && after) graph.update(name, joined(graph, frozen, value, after));
  }
  for (const { call, implementation } of strategies)
    implementation.afterUpdate?.(
      call,
      graph,
      learning.map((one) => ({ ...one, after: graph.after(one.name) ?? one.value })),
    );
  return done;
}

/** Returns the parameter's role in the head. */
function headOf(
  { task, family }: Partial<Pick<AssembleOptions, "task" | "family">>,
  name: string,
): Pick<TrainedParameter, "head"> {
  if (!task || !family) return {};
  const paths = headPathsOf(task.implementation, family, task.call);
  const place = paths.findIndex((path) => name.startsWith(`${path}.`));
  if (place < 0) return {};
  return { head: place === paths.length - 1 ? "labels" : "other" };
}

/** Returns the part of a parameter, or of one of its states, that belongs to earlier data; null if there is none. */
export function frozenParameterPart(
  strategies: readonly ConfiguredStrategy[],
  name: string,
  shape: readonly number[],
): FrozenParameterPart | null {
  const found = strategies.flatMap(({ call, implementation }) => implementation.frozenPart?.(call, name, shape) ?? []);
  return found[0] ?? null;
}

/** Joins the frozen part of one tensor with the rest of another. */
function joined(graph: Graph, { axis, first }: FrozenParameterPart, one: Tensor, other: Tensor): Tensor {
  const rest = (other.shape[axis] as number) - first;
  return graph.concat([one.slice(axis, 0, first), other.slice(axis, first, rest)], axis);
}

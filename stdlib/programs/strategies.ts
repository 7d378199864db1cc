/**
 * What strategies make of a training: the update with their penalties, and the programs that look at rows and take down what
 * was learnt where one data set ends and the next begins.
 */
import { Graph } from "#dsl/graph/builder.js";
import { gradientAlong } from "#dsl/graph/gradient.js";
import { must } from "#dsl/diagnostics/must.js";
import { ofLoss, type Derived } from "#dsl/graph/rows/row-parts.js";
import { rowSquares, type RowSquares } from "#dsl/graph/rows/row-squares.js";
import { gather } from "#dsl/graph/ops/gather.js";
import { optimise, PLAIN } from "#dsl/graph/passes/table.js";
import type { Program, State } from "#dsl/graph/program.js";
import type { Tensor } from "#dsl/graph/tensor.js";
import type { KeptPart, Learning } from "../kinds/strategy.js";
import { buildModel, headPathsOf, modelInputs } from "./model.js";
import type { AssembleOptions, LearntPrograms, Look, LookOf, Strategy } from "./options.js";
import { supervise } from "./supervision.js";

/** Prefix of the states that hold sums of squared gradients. */
export const SQUARES = "squares/";

/**
 * Updates every parameter by the optimizer, each strategy's penalty in its gradient. Strategies see the gradients of the rows'
 * own loss, whatever others add to it.
 */
export function updateBy(
  o: Pick<AssembleOptions, "optimizer" | "clip" | "strategies"> & Partial<Pick<AssembleOptions, "task" | "family">>,
  graph: Graph,
  parameters: readonly Learning[],
  { rate, step }: { readonly rate: Tensor; readonly step: Tensor },
): { readonly norm: Tensor } {
  const strategies = o.strategies ?? [];
  const learning = parameters.map((one) => ({ ...one, ...headOf(o, one.name) }));
  const bent = strategies.reduce<readonly Tensor[]>(
    (gradients, { call, implementation }) => {
      const own = learning.map((one, i) => ({ ...one, gradient: must(gradients[i], "a gradient") }));
      return implementation.regularise?.(call, graph, own) ?? gradients;
    },
    learning.map((one) => one.gradient),
  );
  const trainable = learning.map((one, i) => {
    const own = must(bent[i], "a gradient");
    const kept = keptOf(strategies, one.name, one.value.shape as readonly number[]);
    return { ...one, gradient: kept ? joined(graph, kept, own.filled(0), own) : own };
  });
  const done = o.optimizer.implementation.apply(o.optimizer.call, graph, trainable, { rate, step, clip: o.clip });
  for (const { name, value } of trainable) {
    const [kept, after] = [keptOf(strategies, name, value.shape as readonly number[]), graph.after(name)];
    if (kept && after) graph.update(name, joined(graph, kept, value, after));
  }
  for (const { call, implementation } of strategies)
    implementation.watch?.(
      call,
      graph,
      learning.map((one) => ({ ...one, after: graph.after(one.name) ?? one.value })),
    );
  return done;
}

/** What of the head a parameter is. */
function headOf(
  { task, family }: Partial<Pick<AssembleOptions, "task" | "family">>,
  name: string,
): Pick<Learning, "head"> {
  if (!task || !family) return {};
  const paths = headPathsOf(task.implementation, family, task.call);
  const place = paths.findIndex((path) => name.startsWith(`${path}.`));
  if (place < 0) return {};
  return { head: place === paths.length - 1 ? "labels" : "other" };
}

/** What of a parameter, or of a state beside one, earlier data alone made; null: nothing. */
export function keptOf(strategies: readonly Strategy[], name: string, shape: readonly number[]): KeptPart | null {
  const found = strategies.flatMap(({ call, implementation }) => implementation.keeps?.(call, name, shape) ?? []);
  return found[0] ?? null;
}

/** `kept` of one and what is behind it of another. */
function joined(graph: Graph, { axis, first }: KeptPart, one: Tensor, other: Tensor): Tensor {
  const rest = (other.shape[axis] as number) - first;
  return graph.concat([one.slice(axis, 0, first), other.slice(axis, first, rest)], axis);
}

/** The programs of strategies that look at rows or take something down; null: there are none. */
export function buildLearnt(o: AssembleOptions, trainable: readonly string[]): LearntPrograms | null {
  const strategies = (o.strategies ?? []).filter(({ implementation }) => implementation.takeDown);
  if (strategies.length === 0) return null;
  const looks = strategies.some(({ implementation }) => implementation.looks);
  const states = buildLook(o, "loss", false)?.program.state ?? {};
  return {
    look: looks
      ? (of, apart) =>
          must(
            buildLook(o, of, apart) ?? buildLook(o, of === "loss" ? of : "directions", false),
            "a program that looks",
          )
      : null,
    takeDown: buildTakeDown(
      { ...o, strategies },
      trainable.map((name) => [name, must(states[name], `state ${name}`)] as const),
      looks,
    ),
  };
}

function sumOf(graph: Graph, name: string, { type }: State): Tensor {
  return graph.state(SQUARES + name, { type, trains: false, initial: { zeros: true } });
}

/** In f32 and without dropout: small squares are what it is about. Null: rows can't be told apart. */
function buildLook(o: AssembleOptions, of: LookOf, apart: boolean): Look | null {
  if (apart && !o.task.implementation.supervision.rowFormat.supports.batchedRowFisher) return null;
  const graph = new Graph();
  const inputs = modelInputs(graph, o);
  const model = buildModel({ ...o, dropout: 0 }, graph, inputs);
  const derived =
    of === "loss"
      ? ofLoss((model.plain ?? model.loss)(supervise(graph, o, { weighed: false }), "sum"))
      : ALONG[of](graph, model.logits());
  const { state } = graph.program();
  const trains = Object.entries(state).filter(([, one]) => one.trains);
  const parameters = trains.map(([name, one]) => graph.state(name, one));
  const found = apart ? rowSquares(graph, derived, parameters) : asOne(graph, derived, parameters);
  if (!found) return null;
  found.squares.forEach((own, i) => {
    const [name, one] = must(trains[i], "a parameter");
    if (own) graph.update(SQUARES + name, sumOf(graph, name, one).add(own));
  });
  graph.output("loss", saidOf(derived));
  const program = optimise(graph.program(), { ...PLAIN, ...(o.passes?.storage && { storage: o.passes.storage }) });
  return { of, program, apart, held: 4 * found.held };
}

/** Of the whole batch at once: of one row that is what its own square is. */
function asOne(graph: Graph, { of, slope }: Derived, parameters: readonly Tensor[]): RowSquares {
  const share = graph.input("share", { dtype: "f32", shape: [] });
  const slopes = gradientAlong(graph, [[of, slope]], parameters);
  return { squares: slopes.map((d) => d?.square().multiply(share)), held: 0 };
}

/** Along what logits [rows, labels] are derived. */
const ALONG: Readonly<Record<Exclude<LookOf, "loss">, (graph: Graph, logits: Tensor) => Derived>> = {
  directions: (graph, logits) => ({
    of: logits,
    slope: graph.input("directions", { dtype: "f32", shape: logits.shape }),
  }),
  pairs: (graph, logits) => ({
    of: logits,
    slope: graph.input("directions", { dtype: "f32", shape: ["pairs", ...logits.shape.slice(1)] }),
    pairs: graph.input("row_of", { dtype: "i32", shape: ["pairs"] }),
  }),
  // The one column whose product with itself is diag(p) − p · pᵀ of two labels is √(p (1 − p)) · (1, −1).
  between(graph, logits) {
    const between = graph.input("between", { dtype: "f32", shape: logits.shape.slice(1) });
    const apart = logits.multiply(between).sum([logits.rank - 1], true);
    const spread = apart.sigmoid().multiply(apart.multiply(-1).sigmoid()).sqrt();
    return { of: logits, slope: between.multiply(spread) };
  },
};

function saidOf({ of, slope, pairs }: Derived): Tensor {
  if (of.rank === 0) return of;
  return (pairs ? of.graph.one(gather, [of, pairs], {}) : of).multiply(slope).sum();
}

/** `dtype`: of the two scalars that it is told. */
export function buildTakeDown(
  o: Pick<AssembleOptions, "strategies">,
  states: readonly (readonly [name: string, state: State])[],
  looks: boolean,
  dtype: "f32" | "f64" = "f32",
): Program {
  const graph = new Graph();
  const rows = graph.input("rows", { dtype, shape: [] });
  const first = graph.input("first", { dtype, shape: [] });
  const of = new Map(states);
  const parameters = states.map(([name, state]) => ({ name, value: graph.state(name, state) }));
  const squared = (name: string): Tensor =>
    sumOf(graph, name, must(of.get(name), `state ${name}`)).divide(rows.maximum(1));
  for (const { call, implementation } of o.strategies ?? [])
    implementation.takeDown?.(call, graph, { parameters, first, squared });
  for (const [name, state] of looks ? states : []) graph.update(SQUARES + name, sumOf(graph, name, state).filled(0));
  graph.output("rows", rows.add(0));
  return optimise(graph.program(), PLAIN);
}

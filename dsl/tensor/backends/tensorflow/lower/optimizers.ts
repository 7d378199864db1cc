/** Lowerings of the global norm and of optimizers that TensorFlow can update in place over resource variables. */
import type { Node } from "#dsl/tensor/program.js";
import type { NodeOf, OpName } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering } from "../lowering.js";

interface Rates {
  /** rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) */
  readonly step: string;
  /** ε · √(1 − β₂ᵗ): TensorFlow adds ε before the bias correction, PyTorch after it. */
  readonly epsilon: string;
  /** rate · weight decay */
  readonly decay: string;
}
/** Computes the bias corrections in f64, as 1 − 0.999 loses its digits in f32. */
export function adamRates(l: Lowering, node: NodeOf<"adamw">): Rates {
  const { beta1, beta2, epsilon, weight_decay } = node.attributes;
  const { graph } = l;
  const double = (op: string, ...inputs: string[]): string => l.op(op, inputs, "f64");
  const rate = l.cast(l.full(node.inputs[4]), "f32", "f64");
  const t = l.cast(l.full(node.inputs[5]), "i32", "f64");
  const correction = (beta: number): string => double("Sub", graph.double(1), double("Pow", graph.double(beta), t));
  const root = double("Sqrt", correction(beta2));
  return {
    step: l.cast(double("RealDiv", double("Mul", rate, root), correction(beta1)), "f64", "f32"),
    epsilon: l.cast(double("Mul", root, graph.double(epsilon)), "f64", "f32"),
    decay: l.cast(double("Mul", rate, graph.double(weight_decay)), "f64", "f32"),
  };
}
function gradientOf(l: Lowering, node: NodeOf<"adamw">): string {
  const [, , , gradient, , , scale] = node.inputs;
  return scale ? l.op("Mul", [l.full(gradient), l.full(scale)]) : l.full(gradient);
}

/** Writes an optimizer node's states in place once the nodes `after` are done; returns the last node's name. */
type StepOf<N> = { step(l: Lowering, node: N, handles: readonly string[], after: readonly string[]): string }["step"];
export type InPlaceStep<N extends OpName> = StepOf<NodeOf<N>>;
/** Looked up by a node's own op. */
export type InPlaceStepsByOp = Readonly<Record<string, StepOf<Node>>>;

const adamwInPlace: InPlaceStep<"adamw"> = (l, node, handles, after) => {
  const { beta1, beta2, weight_decay } = node.attributes;
  const { graph } = l;
  const { step, epsilon, decay } = adamRates(l, node);
  const gradient = gradientOf(l, node);
  const wait = after.map((name) => `^${name}`);
  const [parameter] = handles;
  const subtract = (): string =>
    graph.node("AssignSubVariableOp", [parameter!, l.op("Mul", [l.full(node.inputs[0]), decay]), ...wait], {
      dtype: { type: "f32" },
    });
  const first = weight_decay ? [`^${subtract()}`] : wait;
  const zero = graph.float(0);
  return graph.node(
    "ResourceApplyAdam",
    [...handles, zero, zero, step, graph.float(beta1), graph.float(beta2), epsilon, gradient, ...first],
    { T: { type: "f32" }, use_locking: { bool: false }, use_nesterov: { bool: false } },
  );
};

/**
 * Adds scalars in a fixed order, so that the sum is equal to the last bit. TensorFlow's AddN starts with the inputs it
 * may overwrite; which these are depends on other references to them, and so on thread timing.
 */
function inOrder(l: Lowering, scalars: readonly string[]): string {
  const [only] = scalars;
  if (only !== undefined && scalars.length === 1) return only;
  const all = l.graph.node("Pack", [...scalars], {
    N: { int: scalars.length },
    T: { type: "f32" },
    axis: { int: 0 },
  });
  return l.reduce("Sum", all, [0], false);
}

export const inPlaceSteps: InPlaceStepsByOp = { adamw: adamwInPlace };

export const optimizerLoweringTable = {
  global_norm: (l, node) => [
    () => {
      const squares = node.inputs.map((r) => l.op("L2Loss", [l.full(r)]));
      return { full: l.op("Sqrt", [l.op("Mul", [inOrder(l, squares), l.graph.float(2)])]) };
    },
  ],
  adamw: (l, node) => {
    const { beta1, beta2 } = node.attributes;
    const number = (op: string, x: string, value: number): string => l.op(op, [x, l.graph.float(value)]);
    const mix = (old: string, fresh: string, beta: number): string =>
      l.op("AddV2", [number("Mul", old, beta), number("Mul", fresh, 1 - beta)]);
    const m = (): string => mix(l.full(node.inputs[1]), gradientOf(l, node), beta1);
    const v = (): string => mix(l.full(node.inputs[2]), l.op("Square", [gradientOf(l, node)]), beta2);
    return [
      () => {
        const { step, epsilon, decay } = adamRates(l, node);
        const p = l.full(node.inputs[0]);
        const decayedParameter = l.op("Sub", [p, l.op("Mul", [p, decay])]);
        const move = l.op("RealDiv", [l.op("Mul", [m(), step]), l.op("AddV2", [l.op("Sqrt", [v()]), epsilon])]);
        return { full: l.op("Sub", [decayedParameter, move]) };
      },
      () => ({ full: m() }),
      () => ({ full: v() }),
    ];
  },
} satisfies Lowerings;

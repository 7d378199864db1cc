/**
 * Optimizers: global norm and AdamW. Large tensors are updated in chunks that stay in the CPU cache between elementwise
 * kernels.
 */
import { OnnxGraph } from "../graph.js";
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering } from "../lowering.js";

/** Approximate elements per chunk: 1 MB each of parameter, moments and gradient. */
const CHUNK = 250_000;

/** f32 scalars. */
interface Rates {
  /** rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) */
  readonly step: string;
  /** ε · √(1 − β₂ᵗ) */
  readonly epsilon: string;
  /** 1 − rate · weight decay */
  readonly keep: string;
}
/** Computes bias corrections in f64, because 1 − 0.999 loses too many digits in f32. */
function rates(l: Lowering, node: NodeOf<"adamw">): Rates {
  const { beta1, beta2, epsilon, weight_decay } = node.attributes;
  const { graph } = l;
  const rate = l.cast(l.full(node.inputs[4]), "f64");
  const t = l.cast(l.full(node.inputs[5]), "f64");
  const correction = (beta: number): string => l.op("Sub", [graph.double(1), l.op("Pow", [graph.double(beta), t])]);
  const root = l.op("Sqrt", [correction(beta2)]);
  return {
    step: l.cast(l.op("Div", [l.op("Mul", [rate, root]), correction(beta1)]), "f32"),
    epsilon: l.cast(l.op("Mul", [root, graph.double(epsilon)]), "f32"),
    keep: l.cast(l.op("Sub", [graph.double(1), l.op("Mul", [rate, graph.double(weight_decay)])]), "f32"),
  };
}

/** Returns parameter, m and v after the step, by elementwise kernels over tensors of one shape. */
function step(
  op: (op: string, inputs: readonly string[]) => string,
  float: (x: number) => string,
  [p, m, v, gradient]: readonly string[],
  node: NodeOf<"adamw">,
  r: Rates,
  scale: string | undefined,
): readonly [string, string, string] {
  const { beta1, beta2, weight_decay } = node.attributes;
  const g = scale === undefined ? gradient! : op("Mul", [gradient!, scale]);
  const mean = op("Add", [op("Mul", [m!, float(beta1)]), op("Mul", [g, float(1 - beta1)])]);
  const rooted = op("Mul", [g, float(Math.sqrt(1 - beta2))]);
  const square = op("Add", [op("Mul", [v!, float(beta2)]), op("Mul", [rooted, rooted])]);
  const move = op("Mul", [op("Div", [mean, op("Add", [op("Sqrt", [square]), r.epsilon])]), r.step]);
  return [op("Sub", [weight_decay ? op("Mul", [p!, r.keep]) : p!, move]), mean, square];
}

/** Returns the equal chunks of a tensor of `size` elements; undefined if it is not chunked. */
export function equalChunks(size: number): readonly [count: number, each: number] | undefined {
  const least = Math.floor(size / CHUNK);
  if (least < 2) return undefined;
  for (let count = least; count <= 4 * least; count++) if (size % count === 0) return [count, size / count];
  return undefined;
}

/**
 * Makes one step over the given parameter, m, v and gradient, all of shape [count, each] if chunked. `ready` is applied
 * to the step size, on which every new parameter depends.
 */
export function adamwStep(
  l: Lowering,
  node: NodeOf<"adamw">,
  values: readonly string[],
  chunked: boolean,
  ready: (scalar: string) => string = (scalar) => scalar,
): readonly string[] {
  const plain = rates(l, node);
  const r = { ...plain, step: ready(plain.step) };
  const scale = node.inputs[6] && l.full(node.inputs[6]);
  if (!chunked)
    return step(
      (op, inputs) => l.op(op, inputs),
      (x) => l.graph.float(x),
      values,
      node,
      r,
      scale,
    );
  const names = ["p", "m", "v", "g"].map((name) => `${values[0]!}/${name}`);
  const body = new OnnxGraph(`${values[0]!}/`);
  const results = step(
    (op, inputs) => body.node(op, inputs),
    (x) => l.graph.float(x),
    names,
    node,
    r,
    scale,
  );
  const port = (name: string): { name: string; type: "f32"; shape: readonly string[] } => ({
    name,
    type: "f32",
    shape: ["chunk"],
  });
  return l.graph.nodeAll("Scan", values, {
    attributes: {
      body: { graph: body.text("adamw", names.map(port), results.map(port)) },
      num_scan_inputs: { int: 4 },
    },
    outputs: 3,
  });
}

export const optimizerLoweringTable = {
  global_norm: (l, node) => [
    () => {
      const squares = node.inputs.map((r) => l.op("ReduceSumSquare", [l.full(r)], { keepdims: { int: 0 } }));
      return { full: l.op("Sqrt", [squares.length > 1 ? l.op("Sum", squares) : squares[0]!]) };
    },
  ],
  adamw: (l, node) => {
    const results = (): readonly string[] =>
      adamwStep(
        l,
        node,
        node.inputs.slice(0, 4).map((r) => l.full(r)),
        false,
      );
    return [0, 1, 2].map((i) => () => ({ full: results()[i]! }));
  },
} satisfies Lowerings;

/**
 * The same ops with kernels that every TensorFlow build and its LiteRT converter know: no kernels reserved to
 * TensorFlow's graph optimizer, no complex numbers, only public op names.
 */
import type { LinearActivationName } from "#dsl/tensor/ops/shared/activation.js";
import type { Dimension } from "#dsl/tensor/program.js";
import type { Lowering, Lowerings } from "../lowering.js";
import { lowerSmoothActivation } from "./activations.js";
import { linearLowerings, type FusedLinear } from "./products.js";
import { lowerRope, type RopeTables } from "./rope.js";

function activated(l: Lowering, x: string, activation: LinearActivationName): string {
  switch (activation) {
    case "relu":
      return l.op("Relu", [x]);
    case "tanh":
      return l.op("Tanh", [x]);
    case "sigmoid":
      return l.op("Sigmoid", [x]);
    case "gelu":
    case "gelu_tanh":
      return lowerSmoothActivation(l, x, activation);
  }
}

const joined: FusedLinear = (l, x, w, bias, transposed, activation) => {
  const y = l.op("AddV2", [l.product(x, w, { tb: transposed }), bias]);
  return activation === undefined ? y : activated(l, y, activation);
};

/** Splits neighbouring pairs, rotates them and interleaves them again. */
function turnPairs(l: Lowering, x: string, { cos, sin }: RopeTables, shape: readonly Dimension[]): string {
  const { graph } = l;
  const type = { type: "f32" } as const;
  const pairs = (shape[3] as number) / 2;
  const rows = l.reshape(x, l.shape([...shape.slice(0, 3), pairs, 2]));
  const part = (start: number): string =>
    l.reshape(
      graph.node("Slice", [rows, graph.integers([0, 0, 0, 0, start]), graph.integers([-1, -1, -1, -1, 1])], {
        T: type,
        Index: { type: "i32" },
      }),
      l.shape([...shape.slice(0, 3), pairs]),
    );
  const [a, b] = [part(0), part(1)];
  const first = l.op("Sub", [l.op("Mul", [a, cos]), l.op("Mul", [b, sin])]);
  const second = l.op("AddV2", [l.op("Mul", [a, sin]), l.op("Mul", [b, cos])]);
  const both = graph.node("Pack", [first, second], { N: { int: 2 }, T: type, axis: { int: 4 } });
  return l.reshape(both, l.shape(shape));
}

export const standardKernelLowerings = {
  ...linearLowerings(joined),
  rope: (l, node) => [() => ({ flat: lowerRope(l, node, turnPairs) })],
} satisfies Lowerings;

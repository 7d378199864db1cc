/** Shared definitions of elementwise ops; each op's file supplies its function and its gradient. */
import { defineOp, type Op, type OpTraits } from "../../op.js";
import type { DType } from "../../program.js";
import { broadcastShapes, OpInputError, requireFloat, requireSameDType } from "../../shape.js";
import { sumWithinRowsToShape } from "../rows/row-part.js";
import type { Tensor } from "../../tensor.js";
import { stridesOf, makeArrayValues, forEachPosition, zeros } from "../../values.js";

export interface UnaryOpDefinition extends OpTraits {
  readonly name: string;
  readonly doc: string;
  f(x: number): number;
  /** Computes the same with simpler ops. */
  decompose?(x: Tensor): Tensor;
  /** Returns the gradient of x from x, y = f(x) and dy; defaults to that of the decomposition. */
  gradient?(x: Tensor, y: Tensor, dy: Tensor): Tensor;
}
/** Defines an op from a float to a float of the same dtype. */
export function defineUnary({
  f,
  gradient,
  decompose,
  ...u
}: UnaryOpDefinition): Op<readonly ["x"], readonly ["y"], Record<never, never>> {
  return defineOp({
    ...u,
    inputs: ["x"],
    type([x]) {
      requireFloat(x, "x");
      return [x];
    },
    ...(gradient && { gradient: (_, { inputs: [x], outputs: [y] }, [dy]) => [gradient(x, y, dy)] }),
    ...(decompose && { decompose: ([x]) => [decompose(x)] }),
    evaluate([x]) {
      const data = zeros(x.data.length);
      for (let i = 0; i < data.length; i++) data[i] = f(x.data[i]!);
      return [{ shape: x.shape, data }];
    },
  });
}

export interface BinaryOpDefinition extends OpTraits {
  readonly name: string;
  readonly doc: string;
  f(a: number, b: number): number;
  /** Returns the gradients before they are summed to the inputs' shapes. */
  gradient?(a: Tensor, b: Tensor, y: Tensor, dy: Tensor, wanted: readonly boolean[]): readonly (Tensor | undefined)[];
  /** Dtype of the inputs where only one is allowed. */
  readonly inputDType?: DType;
  /** Dtype of the result where it differs from that of the inputs. */
  readonly result?: DType;
}
/** Defines an op of two inputs of one dtype, broadcast by numpy's rule. */
export function defineBinary({
  f,
  gradient,
  inputDType,
  result,
  ...op
}: BinaryOpDefinition): Op<readonly ["a", "b"], readonly ["y"], Record<never, never>> {
  return defineOp({
    ...op,
    inputs: ["a", "b"],
    type([a, b]) {
      if (inputDType)
        for (const { dtype } of [a, b])
          if (dtype !== inputDType) throw new OpInputError(`every input must be ${inputDType}, not ${dtype}`);
      const dtype = requireSameDType(a, b);
      return [{ dtype: result ?? dtype, shape: broadcastShapes(a.shape, b.shape) }];
    },
    ...(gradient && {
      gradient: (_, { inputs: [a, b], outputs: [y] }, [dy], wanted) => {
        const [da, db] = gradient(a, b, y, dy, wanted);
        return [da && wanted[0] ? unbroadcast(da, a) : undefined, db && wanted[1] ? unbroadcast(db, b) : undefined];
      },
      rowGradient: (_, { inputs, outputs: [y] }, dy, shared) => {
        const d = gradient(
          ...inputs,
          y,
          dy,
          [0, 1].map((i) => shared.includes(i)),
        );
        return shared.map((i) => {
          const [input, slope] = [inputs[i], d[i]];
          // A shared input with as many axes as the rows would itself vary by row.
          return input && slope && (input.rank < dy.rank || input.shape[0] === 1)
            ? sumWithinRowsToShape(input, slope)
            : null;
        });
      },
      rowPulled: (_, { inputs, outputs: [y] }, part) => {
        if (part.is !== "whole") return [null, null];
        const d = gradient(...inputs, y, part.d, [true, true]);
        return inputs.map((input, i) => d[i] && sumWithinRowsToShape(input, d[i]));
      },
    }),
    evaluate([a, b], _, [shape]) {
      const y = makeArrayValues(shape);
      const [left, right, to] = [a.data, b.data, y.data];
      // With no broadcast, or a broadcast scalar, indices need no computation.
      if (left.length === to.length && (right.length === to.length || right.length === 1)) {
        const step = right.length === 1 ? 0 : 1;
        for (let i = 0; i < to.length; i++) to[i] = f(left[i]!, right[i * step]!);
      } else
        forEachPosition(shape, [stridesOf(a.shape), stridesOf(b.shape)], (i, [p, q]) => {
          to[i] = f(left[p!]!, right[q!]!);
        });
      return [y];
    },
  });
}

/** Sums a gradient over the axes along which `like` was broadcast. */
export function unbroadcast(dy: Tensor, like: Tensor): Tensor {
  const extra = dy.rank - like.rank;
  const leading = Array.from({ length: extra }, (_, i) => i);
  const inner = leading.length ? dy.sum(leading) : dy;
  const spread = like.shape.flatMap((d, axis) => (d === 1 && inner.shape[axis] !== 1 ? [axis] : []));
  return spread.length ? inner.sum(spread, true) : inner;
}

/** What all elementwise ops share; each op's file gives its function and its gradient. */
import { defineOp, type Op, type OpTraits } from "../../op.js";
import type { DType } from "../../program.js";
import { broadcastShapes, OpInputError, requireFloat, requireSameDType } from "../../shape.js";
import { sumRowsToShape } from "../rows/row-part.js";
import type { Tensor } from "../../tensor.js";
import { stridesOf, arrayValues, forEachPosition, zeros } from "../../values.js";

export interface UnaryOpDefinition extends OpTraits {
  readonly name: string;
  readonly doc: string;
  f(x: number): number;
  /** The same of simpler ops. */
  decompose?(x: Tensor): Tensor;
  /** Gradient of x from x, y = f(x) and dy; absent: that of what it is made of. */
  gradient?(x: Tensor, y: Tensor, dy: Tensor): Tensor;
}
/** A float in, a float of the same type out. */
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
  /** Gradients before they are summed to the inputs' shapes. */
  gradient?(a: Tensor, b: Tensor, y: Tensor, dy: Tensor, wanted: readonly boolean[]): readonly (Tensor | undefined)[];
  /** Dtype of the inputs where they must be of a certain one. */
  readonly inputDType?: DType;
  /** Dtype of the result where it isn't that of the inputs. */
  readonly result?: DType;
}
/** Two inputs of one dtype, broadcast by numpy's rule. */
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
          // Shared numbers of as many axes as the rows would be rows themselves.
          return input && slope && (input.rank < dy.rank || input.shape[0] === 1) ? sumRowsToShape(input, slope) : null;
        });
      },
      rowPulled: (_, { inputs, outputs: [y] }, part) => {
        if (part.is !== "whole") return [null, null];
        const d = gradient(...inputs, y, part.d, [true, true]);
        return inputs.map((input, i) => d[i] && sumRowsToShape(input, d[i]));
      },
    }),
    evaluate([a, b], _, [shape]) {
      const y = arrayValues(shape);
      const [left, right, to] = [a.data, b.data, y.data];
      // Where nothing is broadcast, or one number to all, places need no reckoning.
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

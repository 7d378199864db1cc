import { defineOp } from "../op.js";
import { ADAFACTOR_ATTRIBUTES, adafactorInputs } from "./shared/optimizer-step.js";
import { elementCount, OpInputError, requireShape } from "../shape.js";
import { makeArrayValues, type ArrayValues } from "../values.js";

export const adafactor = defineOp({
  name: "adafactor",
  doc:
    "`factored`: (parameter [n, k], row [n], column [k], gradient, rate scalar, step i32 scalar from 1, scale scalar?) → (parameter, row, column); else (parameter, v, gradient, rate, step, scale?) → (parameter, v). " +
    "One step of Adafactor (Shazeer and Stern 2018) as transformers takes it with a rate given from outside: g = scale · gradient, s = step^`decay` (decay below 0), " +
    "row and column are running means, weighing s, of g² + `epsilon` over the other axis, v of g² + epsilon itself; u = g / √v, for a matrix with v = row · column / mean(row); " +
    "parameter · (1 − rate · `weight_decay`) − rate · u / max(1, rms(u) / `threshold`).",
  part: "optimizer",
  inputs: ["parameter", "...moments, gradient, rate, step, scale"],
  outputs: ["parameter", "first", "second?"],
  attributes: ADAFACTOR_ATTRIBUTES,
  type(inputs, a) {
    const { parameter, moments, gradient, rate, step, scale } = adafactorInputs(inputs, a);
    const [first, second] = moments;
    const [n, k] = parameter.shape;
    if (a.factored && (parameter.shape.length !== 2 || n === undefined || k === undefined))
      throw new OpInputError("a factored parameter must be [n, k]");
    if (second && n !== undefined && k !== undefined) {
      requireShape(first, [n], "row");
      requireShape(second, [k], "column");
    } else requireShape(first, parameter.shape, "v");
    requireShape(gradient, parameter.shape, "the gradient");
    requireShape(rate, [], "the rate");
    if (step.dtype !== "i32" || step.shape.length) throw new OpInputError("step must be an i32 scalar");
    if (scale) requireShape(scale, [], "the scale");
    return second ? [parameter, first, second] : [parameter, first];
  },
  evaluate(inputs, a) {
    const { parameter, moments: old, gradient, rate, step, scale } = adafactorInputs(inputs, a);
    const g = gradient.data.map((x) => x * (scale?.data[0] ?? 1));
    const share = step.data[0]! ** a.decay;
    const squares = g.map((x) => x * x + a.epsilon);
    const mixed = (old: ArrayValues, fresh: (i: number) => number): ArrayValues => ({
      shape: old.shape,
      data: old.data.map((x, i) => x * (1 - share) + fresh(i) * share),
    });
    const [row, column] = old;
    const [first, second] = column ? factors(row, column, squares, mixed) : [mixed(row, (i) => squares[i]!)];
    const k = parameter.shape.at(-1) ?? 1;
    const rowMean = first.data.reduce((s, x) => s + x, 0) / first.data.length;
    const u = g.map((x, i) => {
      if (!second) return x / Math.sqrt(first.data[i]!);
      return x / Math.sqrt((first.data[Math.floor(i / k)]! / rowMean) * second.data[i % k]!);
    });
    const rms = Math.sqrt(u.reduce((s, x) => s + x * x, 0) / u.length);
    const lr = rate.data[0]!;
    const size = lr / Math.max(1, rms / a.threshold);
    const moved = makeArrayValues(
      parameter.shape,
      parameter.data.map((x, i) => x * (1 - lr * a.weight_decay) - size * u[i]!),
    );
    return second ? [moved, first, second] : [moved, first];
  },
  flops: ([parameter], _, sizes) => 12 * elementCount(parameter, sizes),
});

function factors(
  row: ArrayValues,
  column: ArrayValues,
  squares: Float64Array,
  mixed: (old: ArrayValues, fresh: (i: number) => number) => ArrayValues,
): readonly [ArrayValues, ArrayValues] {
  const [n, k] = [row.data.length, column.data.length];
  const sum = (length: number, indexAt: (j: number) => number): number =>
    Array.from({ length }, (_, j) => squares[indexAt(j)]!).reduce((s, x) => s + x, 0);
  return [mixed(row, (r) => sum(k, (c) => r * k + c) / k), mixed(column, (c) => sum(n, (r) => r * k + c) / n)];
}

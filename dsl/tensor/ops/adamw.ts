import { numberAttribute, type InferAttributes } from "../attributes.js";
import { defineOp } from "../op.js";
import { elementCount, OpInputError, requireShape } from "../shape.js";
import { makeArrayValues } from "../values.js";

const ADAM = {
  beta1: numberAttribute,
  beta2: numberAttribute,
  epsilon: numberAttribute,
  weight_decay: numberAttribute,
};
export type AdamSettings = InferAttributes<typeof ADAM>;

export const adamw = defineOp({
  name: "adamw",
  doc:
    "(parameter, m, v, gradient, rate scalar, step i32 scalar from 1, scale scalar?) → (parameter, m, v) after one step of AdamW as PyTorch defines it: " +
    "parameter · (1 − rate · `weight_decay`) − rate · m̂ / (√v̂ + `epsilon`), moments by `beta1`, `beta2` with bias correction. `scale` multiplies the gradient first (clipping).",
  part: "optimizer",
  inputs: ["parameter", "m", "v", "gradient", "rate", "step", "scale?"],
  outputs: ["parameter", "m", "v"],
  attributes: ADAM,
  type([parameter, m, v, gradient, rate, step, scale]) {
    for (const [x, name] of [
      [m, "m"],
      [v, "v"],
      [gradient, "the gradient"],
    ] as const)
      requireShape(x, parameter.shape, name);
    requireShape(rate, [], "the rate");
    if (step.dtype !== "i32" || step.shape.length) throw new OpInputError("step must be an i32 scalar");
    if (scale) requireShape(scale, [], "the scale");
    return [parameter, m, v];
  },
  evaluate([parameter, m, v, gradient, rate, step, scale], attributes) {
    const { beta1, beta2, epsilon, weight_decay } = attributes;
    const lr = rate.data[0]!;
    const t = step.data[0]!;
    const [c1, c2] = [1 - beta1 ** t, 1 - beta2 ** t];
    const [p, m2, v2] = [makeArrayValues(parameter.shape), makeArrayValues(m.shape), makeArrayValues(v.shape)];
    const times = scale?.data[0] ?? 1;
    for (let i = 0; i < gradient.data.length; i++) {
      const g = gradient.data[i]! * times;
      const mean = (m2.data[i] = beta1 * m.data[i]! + (1 - beta1) * g);
      const square = (v2.data[i] = beta2 * v.data[i]! + (1 - beta2) * g * g);
      p.data[i] =
        parameter.data[i]! * (1 - lr * weight_decay) - (lr * (mean / c1)) / (Math.sqrt(square / c2) + epsilon);
    }
    return [p, m2, v2];
  },
  flops: ([parameter], _, sizes) => 14 * elementCount(parameter, sizes),
});

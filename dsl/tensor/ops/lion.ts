import { LION_ATTRIBUTES } from "./shared/optimizer-step.js";
import { defineOp } from "../op.js";
import { elementCount, requireShape } from "../shape.js";
import { makeArrayValues } from "../values.js";

export const lion = defineOp({
  name: "lion",
  doc:
    "(parameter, m, gradient, rate scalar, scale scalar?) → (parameter, m) after one step of Lion (Chen et al. 2023, Symbolic Discovery of Optimization Algorithms): " +
    "g = scale · gradient, parameter · (1 − rate · `weight_decay`) − rate · sign(`beta1` · m + (1 − beta1) · g), then m = `beta2` · m + (1 − beta2) · g.",
  part: "optimizer",
  inputs: ["parameter", "m", "gradient", "rate", "scale?"],
  outputs: ["parameter", "m"],
  attributes: LION_ATTRIBUTES,
  type([parameter, m, gradient, rate, scale]) {
    requireShape(m, parameter.shape, "m");
    requireShape(gradient, parameter.shape, "the gradient");
    requireShape(rate, [], "the rate");
    if (scale) requireShape(scale, [], "the scale");
    return [parameter, m];
  },
  evaluate([parameter, m, gradient, rate, scale], attributes) {
    const { beta1, beta2, weight_decay } = attributes;
    const lr = rate.data[0]!;
    const [p, mean] = [makeArrayValues(parameter.shape), makeArrayValues(m.shape)];
    gradient.data.forEach((raw, i) => {
      const g = raw * (scale?.data[0] ?? 1);
      const direction = Math.sign(beta1 * m.data[i]! + (1 - beta1) * g);
      p.data[i] = parameter.data[i]! * (1 - lr * weight_decay) - lr * direction;
      mean.data[i] = beta2 * m.data[i]! + (1 - beta2) * g;
    });
    return [p, mean];
  },
  flops: ([parameter], _, sizes) => 10 * elementCount(parameter, sizes),
});

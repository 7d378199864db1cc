import { defineOp } from "../op.js";
import { SGD_ATTRIBUTES, sgdInputs } from "./shared/optimizer-step.js";
import { elementCount, OpInputError, requireShape } from "../shape.js";
import { makeArrayValues } from "../values.js";

export const sgd = defineOp({
  name: "sgd",
  doc:
    "(parameter, velocity if `momentum` isn't 0, gradient, rate scalar, scale scalar?) → (parameter, velocity) after one step of SGD as torch.optim.SGD takes it, dampening 0: " +
    "g = scale · gradient + `weight_decay` · parameter, velocity = momentum · velocity + g, parameter − rate · (velocity; with `nesterov` g + momentum · velocity; without momentum g).",
  part: "optimizer",
  inputs: ["parameter", "...velocity, gradient, rate, scale"],
  outputs: ["parameter", "velocity?"],
  attributes: SGD_ATTRIBUTES,
  type(inputs, a) {
    const { parameter, velocity, gradient, rate, scale } = sgdInputs(inputs, a);
    if (velocity) requireShape(velocity, parameter.shape, "the velocity");
    else if (a.nesterov) throw new OpInputError("nesterov needs momentum");
    requireShape(gradient, parameter.shape, "the gradient");
    requireShape(rate, [], "the rate");
    if (scale) requireShape(scale, [], "the scale");
    return velocity ? [parameter, velocity] : [parameter];
  },
  evaluate(inputs, a) {
    const { momentum, nesterov, weight_decay } = a;
    const { parameter, velocity, gradient, rate, scale } = sgdInputs(inputs, a);
    const p = makeArrayValues(parameter.shape, parameter.data);
    const v = makeArrayValues(parameter.shape);
    gradient.data.forEach((raw, i) => {
      const g = raw * (scale?.data[0] ?? 1) + weight_decay * parameter.data[i]!;
      v.data[i] = velocity ? momentum * velocity.data[i]! + g : g;
      p.data[i] = parameter.data[i]! - rate.data[0]! * (nesterov ? g + momentum * v.data[i]! : v.data[i]!);
    });
    return velocity ? [p, v] : [p];
  },
  flops: ([parameter], { momentum }, sizes) => (momentum === 0 ? 4 : 6) * elementCount(parameter, sizes),
});

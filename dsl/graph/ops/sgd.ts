import type { Op } from "../op.js";
import { elements, Misfit, wantShape } from "../shape.js";
import { values } from "../values.js";

interface Settings {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weight_decay: number;
}

export const sgd: Op = {
  name: "sgd",
  doc:
    "(parameter, velocity if `momentum` isn't 0, gradient, rate scalar, scale scalar?) → (parameter, velocity) after one step of SGD as torch.optim.SGD takes it, dampening 0: " +
    "g = scale · gradient + `weight_decay` · parameter, velocity = momentum · velocity + g, parameter − rate · (velocity; with `nesterov` g + momentum · velocity; without momentum g).",
  type(inputs, a) {
    const [parameter, velocity] = inputs;
    const moves = a["momentum"] !== 0;
    const [gradient, rate, scale] = inputs.slice(moves ? 2 : 1);
    if (moves) wantShape(velocity!, parameter!.shape, "the velocity");
    if (!moves && a["nesterov"] === true) throw new Misfit("nesterov needs momentum");
    wantShape(gradient!, parameter!.shape, "the gradient");
    wantShape(rate!, [], "the rate");
    if (scale) wantShape(scale, [], "the scale");
    return moves ? [parameter!, velocity!] : [parameter!];
  },
  evaluate(inputs, attributes) {
    const { momentum, nesterov, weight_decay } = attributes as unknown as Settings;
    const moves = momentum !== 0;
    const [parameter, velocity] = inputs;
    const [gradient, rate, scale] = inputs.slice(moves ? 2 : 1);
    const p = values(parameter!.shape, parameter!.data);
    const v = values(parameter!.shape);
    gradient!.data.forEach((raw, i) => {
      const g = raw * (scale?.data[0] ?? 1) + weight_decay * parameter!.data[i]!;
      v.data[i] = moves ? momentum * velocity!.data[i]! + g : g;
      p.data[i] = parameter!.data[i]! - rate!.data[0]! * (nesterov ? g + momentum * v.data[i]! : v.data[i]!);
    });
    return moves ? [p, v] : [p];
  },
  flops: ([parameter], a, sizes) => (a["momentum"] !== 0 ? 6 : 4) * elements(parameter!, sizes),
};

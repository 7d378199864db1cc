import { numberAttribute } from "../attributes.js";
import { defineOp, type Op } from "../op.js";
import { dropoutMask } from "../numbers/random.js";
import { lastDimension, OpInputError, requireFloat, requireDropoutSteps } from "../shape.js";

const DROPOUT = { rate: numberAttribute, seed: numberAttribute, site: numberAttribute };

export const dropout: Op<readonly ["x", "step"], readonly ["y"], typeof DROPOUT> = defineOp({
  name: "dropout",
  doc: "(x, step i32, a scalar or [first axis of x]) → x with a share `rate` of its elements 0 and the others times 1/(1 − rate). Which ones: see random.ts, from `seed`, step and `site`; with steps of their own, rows of the first axis don't know of each other.",
  bf16: "follows",
  byPosition: "all",
  inputs: ["x", "step"],
  attributes: DROPOUT,
  type([x, step], a) {
    requireFloat(x, "x");
    lastDimension(x, "x");
    requireDropoutSteps(step, x);
    const rate = a.rate;
    if (!(rate > 0 && rate < 1)) throw new OpInputError(`rate ${rate} must lie between 0 and 1`);
    return [x];
  },
  gradient: (graph, { inputs: [, step], attributes }, [dy]) => [graph.one(dropout, [dy, step], attributes), undefined],
  evaluate([x, step], a) {
    const mask = dropoutMask(x.data.length, x.shape.at(-1)!, { ...a, steps: step.data });
    return [{ shape: x.shape, data: x.data.map((v, i) => v * mask[i]!) }];
  },
  flops: () => 0,
});

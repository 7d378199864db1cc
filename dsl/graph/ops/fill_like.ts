import type { Op } from "../op.js";
import { values } from "../values.js";

export const fill_like: Op = {
  name: "fill_like",
  doc: "(x) → x's type, every element `value`. Only the shape of x is looked at; no gradient flows to it.",
  type: ([x]) => [x!],
  gradient: () => [undefined],
  evaluate: (_, a, [shape]) => {
    const y = values(shape!);
    y.data.fill(a["value"] as number);
    return [y];
  },
  flops: () => 0,
};

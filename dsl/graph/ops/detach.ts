import type { Op } from "../op.js";

export const detach: Op = {
  name: "detach",
  doc: "x itself, a constant to the gradient: none flows through it.",
  type: ([x]) => [x!],
  gradient: () => [undefined],
  evaluate: ([x]) => [{ shape: x!.shape, data: x!.data }],
  flops: () => 0,
};

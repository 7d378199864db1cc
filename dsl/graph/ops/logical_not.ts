import { wantBool } from "../logical.js";
import type { Op } from "../op.js";

export const logical_not: Op = {
  name: "logical_not",
  doc: "x bool → whether x doesn't hold.",
  type([x]) {
    wantBool(x!);
    return [x!];
  },
  evaluate: ([x]) => [{ shape: x!.shape, data: x!.data.map((v) => (v ? 0 : 1)) }],
};

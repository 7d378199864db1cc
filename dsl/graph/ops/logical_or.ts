import { wantBool } from "../logical.js";
import type { Op } from "../op.js";
import { binary } from "../elementwise.js";

const op = binary({
  name: "logical_or",
  doc: "(a bool, b bool) → whether either holds, broadcast.",
  f: (a, b) => (a || b ? 1 : 0),
});

export const logical_or: Op = {
  ...op,
  type(inputs, attributes) {
    for (const x of inputs) wantBool(x);
    return op.type(inputs, attributes);
  },
};

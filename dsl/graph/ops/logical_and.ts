import { wantBool } from "../logical.js";
import type { Op } from "../op.js";
import { binary } from "../elementwise.js";

const op = binary({
  name: "logical_and",
  doc: "(a bool, b bool) → whether both hold, broadcast.",
  f: (a, b) => (a && b ? 1 : 0),
});

export const logical_and: Op = {
  ...op,
  type(inputs, attributes) {
    for (const x of inputs) wantBool(x);
    return op.type(inputs, attributes);
  },
};

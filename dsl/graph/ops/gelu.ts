import type { Op } from "../op.js";
import { geluOf } from "../gelu.js";
import { wantFloat } from "../shape.js";

export const gelu: Op = {
  name: "gelu",
  doc: "x · Φ(x), Φ the normal distribution function; `approximate`: by tanh.",
  type([x]) {
    wantFloat(x!, "x");
    return [x!];
  },
  gradient: (graph, { inputs: [x], attributes }, [dy]) => [graph.one("gelu_gradient", [x!, dy!], attributes)],
  evaluate: ([x], a) => [{ shape: x!.shape, data: x!.data.map((v) => geluOf(v, a["approximate"] === true)) }],
};

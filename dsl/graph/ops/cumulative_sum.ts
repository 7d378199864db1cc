import type { Op } from "../op.js";
import { axesOf, Misfit } from "../shape.js";
import { sizeOf, values } from "../values.js";

export const cumulative_sum: Op = {
  name: "cumulative_sum",
  doc: "x → its running sum along `axis`; `exclusive` leaves the element itself out, `reverse` sums from the end.",
  type([x], a) {
    if (x!.dtype === "bool") throw new Misfit("x must be a number, not bool");
    axesOf(x!.shape.length, [a["axis"]!]);
    return [x!];
  },
  gradient: (graph, { attributes }, [dy]) => [
    graph.one("cumulative_sum", [dy!], { ...attributes, reverse: attributes["reverse"] !== true }),
  ],
  evaluate([x], a, [shape]) {
    const [axis] = axesOf(shape!.length, [a["axis"]!]) as [number];
    const n = shape![axis]!;
    const inner = sizeOf(shape!.slice(axis + 1));
    const y = values(shape!);
    for (let outer = 0; outer * n * inner < y.data.length; outer++)
      for (let c = 0; c < inner; c++) {
        let sum = 0;
        for (let k = 0; k < n; k++) {
          const at = (outer * n + (a["reverse"] === true ? n - 1 - k : k)) * inner + c;
          y.data[at] = a["exclusive"] === true ? sum : sum + x!.data[at]!;
          sum += x!.data[at]!;
        }
      }
    return [y];
  },
};

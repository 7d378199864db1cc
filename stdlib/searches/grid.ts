import { defineWord } from "#dsl/language/types/define.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type {} from "#dsl/compiler/plan/codes/search-codes.js";
import type { SearchImplementation } from "./kind.js";
import { gridCombinations, stridedOrder } from "./shared/grid.js";
import { triedPointTest } from "./shared/tried-points.js";

export const word = defineWord({
  kind: "search",
  name: "grid",
  doc: "Every combination once: all choices, whole numbers and steps, and of other ranges `points` values. What is stopped early was spread over the whole grid; branches are combined only where they are taken.",
  example: "search: grid(4)",
  elsewhere: {
    grid_search: "grid",
    exhaustive: "grid",
    brute_force: "grid",
    GridSampler: "grid",
    BruteForceSampler: "grid",
    points_per_dimension: "points",
  },
  capabilities: { isExhaustive: true, pointsOfRange: (call) => call.arguments.points ?? null },
  parameters: [
    {
      name: "points",
      type: { is: "number", integer: true },
      doc: "So many values of each range that holds more, evenly on its scale and with both ends; steps that were written stay.",
      range: { min: 1 },
      positional: true,
      default: { derived: "all values, where they can be counted", from: () => null },
      why: "Between two numbers there is always another.",
      impact: "high",
    },
  ],
  load: () => Promise.resolve(grid),
});

// Suggests the next untried combination, in an order that is spread over the grid; none is repeated.

/** Maximum number of disallowed combinations before the search ends. */
const MOST = 1_000_000;

const grid: SearchImplementation = {
  suggest(call, study) {
    const points = call.arguments["points"];
    const all = gridCombinations(study.dimensions, typeof points === "number" ? points : null);
    if ("endless" in all) throw new CodedError("not-a-grid", { path: all.endless.name, search: call.word });
    const placeOf = stridedOrder(all);
    const isTried = triedPointTest(study);
    for (let n = 0n, refused = 0; n < all.count && refused < MOST; n++) {
      const point = all.pointAt(placeOf(n));
      if (isTried(point)) continue;
      if (study.allows(point)) return point;
      refused++;
    }
    return null;
  },
};

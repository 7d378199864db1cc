import { defineWord } from "#dsl/language/types/define.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type {} from "#dsl/compiler/plan/codes/search-codes.js";
import type { SearchImplementation } from "./kind.js";
import { gridCombinations, stridedOrder } from "./shared/grid.js";
import { triedPointTest } from "./shared/tried-points.js";

export const word = defineWord({
  kind: "search",
  name: "grid",
  doc: "Every combination once: all choices, integers and steps, and `points` values of other ranges. A sweep that is stopped early has covered the whole range coarsely; branches are combined only where they apply.",
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
      doc: "Number of values of each range with more than that, evenly spaced on its scale with both ends; written steps do not change.",
      range: { min: 1 },
      positional: true,
      default: { derived: "all values, if they can be counted", from: () => null },
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

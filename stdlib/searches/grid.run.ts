/** Suggests the next untried combination, in an order that is spread over the grid; none is repeated. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type {} from "#dsl/compiler/plan/codes/search-codes.js";
import type { SearchImplementation } from "./kind.js";
import { gridCombinations, stridedOrder } from "./shared/grid.js";
import { triedPointTest } from "./shared/tried-points.js";

/** Maximum number of disallowed combinations before the search ends. */
const MOST = 1_000_000;

export const grid: SearchImplementation = {
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

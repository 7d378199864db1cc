/** Source: seqeval's `f1_score` (strict IOB2 for `iob2`), with `zero_division=0`. */
import type { MetricImplementation } from "../kinds/metric.js";
import { entityCounts, entityF1 } from "../tasks/entities.js";

export const entityF1Metric: MetricImplementation = {
  ofTags(call, { truth, predicted, scheme }) {
    if (scheme === "none") return Number.NaN;
    const kinds = [...entityCounts(truth, predicted, scheme).values()];
    const sum = (of: "hit" | "given" | "have"): number => kinds.reduce((total, kind) => total + kind[of], 0);
    switch (call.arguments["average"]) {
      case "macro":
        return kinds.length === 0 ? 0 : kinds.reduce((total, kind) => total + entityF1(kind), 0) / kinds.length;
      case "weighted":
        return sum("have") === 0
          ? 0
          : kinds.reduce((total, kind) => total + entityF1(kind) * kind.have, 0) / sum("have");
      default:
        return entityF1({ hit: sum("hit"), given: sum("given"), have: sum("have") });
    }
  },
};

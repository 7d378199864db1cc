/** Source: scikit-learn's `recall_score` with `zero_division=0`. */
import type { MetricImplementation } from "../kinds.js";
import { averaged } from "./counts.run.js";

export const recall: MetricImplementation = {
  compute: (call, input) =>
    averaged(call, input, ({ hit, have }) => {
      return have === 0 ? 0 : hit / have;
    }),
};

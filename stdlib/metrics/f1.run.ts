/** Source: scikit-learn's `f1_score` with `zero_division=0`. */
import type { MetricImplementation } from "../kinds.js";
import { averaged } from "./counts.run.js";

export const f1: MetricImplementation = {
  compute: (call, input) =>
    averaged(call, input, ({ hit, given, have }) => {
      return given + have === 0 ? 0 : (2 * hit) / (given + have);
    }),
};

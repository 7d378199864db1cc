/** Source: scikit-learn's `precision_score` with `zero_division=0`. */
import type { MetricImplementation } from "../kinds.js";
import { averaged } from "./counts.run.js";

export const precision: MetricImplementation = {
  compute: (call, input) =>
    averaged(call, input, ({ hit, given }) => {
      return given === 0 ? 0 : hit / given;
    }),
};

/** Source: scikit-learn's `precision_score` with `zero_division=0`. */
import type { MetricImplementation } from "../kinds/metric.js";
import { averaged, averagedSets, type Counts } from "./counts.run.js";

const score = ({ hit, given }: Counts): number => (given === 0 ? 0 : hit / given);

export const precision: MetricImplementation = {
  compute: (call, input) => averaged(call, input, score),
  ofLabelSets: (call, input) => averagedSets(call, input, score),
};

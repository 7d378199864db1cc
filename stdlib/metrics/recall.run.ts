/** Source: scikit-learn's `recall_score` with `zero_division=0`. */
import type { MetricImplementation } from "../kinds/metric.js";
import { averaged, averagedSets, type Counts } from "./counts.run.js";

const score = ({ hit, have }: Counts): number => (have === 0 ? 0 : hit / have);

export const recall: MetricImplementation = {
  compute: (call, input) => averaged(call, input, score),
  ofLabelSets: (call, input) => averagedSets(call, input, score),
};

/** Naeini et al. 2015, with the bins of Guo et al. 2017 (arXiv 1706.04599): a bin has its upper end, not its lower. */
import type { LabelSetMetricInput, MetricImplementation, MetricInput } from "../kinds/metric.js";
import { surestOf } from "../lib/metrics/reliability.js";
import { drawnFrom, rowSums, whole, type RowSums } from "../lib/metrics/row-sums.js";

export const calibrationError: MetricImplementation = {
  compute: (call, input) => whole(off(Number(call.arguments["bins"]), input)),
  ofLabelSets: (call, input) => whole(offEach(Number(call.arguments["bins"]), input)),
  samplers: {
    compute: (call, input) => drawnFrom(off(Number(call.arguments["bins"]), input)),
    ofLabelSets: (call, input) => drawnFrom(offEach(Number(call.arguments["bins"]), input)),
  },
};

const binOf = (sure: number, bins: number): number => Math.min(bins, Math.max(1, Math.ceil(sure * bins))) - 1;

/** Of each row, into its bin: how much more was said than came true. */
function off(bins: number, input: MetricInput): RowSums {
  const { truth, probabilities, labels } = input;
  const n = labels.length;
  const surest = surestOf(input);
  return rowSums(
    truth.length,
    bins,
    (row) => {
      const sure = probabilities[row * n + surest[row]!]!;
      const values = new Array<number>(bins).fill(0);
      values[binOf(sure, bins)] = sure - Number(truth[row] === surest[row]);
      return values;
    },
    (sums, rows) => sums.reduce((all, one) => all + Math.abs(one), 0) / rows,
  );
}

/** The same of every label of a row, each a decision of its own. */
function offEach(bins: number, { truth, probabilities, labels }: LabelSetMetricInput): RowSums {
  const n = labels.length;
  return rowSums(
    truth.length / n,
    bins,
    (row) => {
      const values = new Array<number>(bins).fill(0);
      for (let at = row * n; at < (row + 1) * n; at++)
        values[binOf(probabilities[at]!, bins)]! += probabilities[at]! - truth[at]!;
      return values;
    },
    (sums, rows) => sums.reduce((all, one) => all + Math.abs(one), 0) / (rows * n),
  );
}

import type { CalibrationImplementation } from "../kinds/calibration.js";
import { bestThreshold, sharesOf } from "../lib/calibrations/thresholds.js";

export const threshold: CalibrationImplementation = {
  fit(call, { labels, said, truth }, { before, metric }) {
    const { metric: by, of } = call.arguments as {
      readonly metric: Parameters<typeof bestThreshold>[1]["call"];
      of?: string | null;
    };
    const [, second] = labels;
    const wanted = "several" in truth ? labels : labels.filter((label) => label === (of ?? second));
    const shares = sharesOf(said, truth, before.temperature);
    const found = wanted.flatMap((label) => {
      const l = labels.indexOf(label);
      const yes = Uint8Array.from(said, (_, row) =>
        "several" in truth ? truth.several[row * labels.length + l]! : Number(truth.one[row] === l),
      );
      const own = Float64Array.from(said, (_, row) => shares[row * labels.length + l]!);
      const best = bestThreshold({ yes, shares: own }, { metric, call: by });
      return best === null ? [] : [[label, best] as const];
    });
    if (found.length === 0) return "no threshold is better than another on these rows";
    return { ...before, thresholds: { ...before.thresholds, ...Object.fromEntries(found) } };
  },
};

/** Thresholds that scores must reach: shown below the scores; missed ones raise an error at the end. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { Call } from "#dsl/language/types/value.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import type { MetricScore } from "../inference/measuring/comparison.js";

export interface ThresholdResult {
  /** For example `f1(macro) at least 80 %`. */
  readonly bar: string;
  /** In the units of the threshold: `71.2 % (63 … 79)`, or why there is no number. */
  readonly is: string;
  readonly cleared: boolean;
  /** It is reached, but the interval extends beyond the threshold: other rows might give another result. */
  readonly barely: boolean;
}

export function checkThresholds(
  bars: readonly Call[],
  scoreOf: (metric: Call) => {
    readonly score: Pick<MetricScore, "value" | "interval">;
    readonly why?: string | undefined;
  },
  registry: Registry,
): readonly ThresholdResult[] {
  return bars.map((call) => {
    const has = mustExist(registry.find("bar", call.word)?.capabilities, `the description of ${call.word}`);
    const metric = has.metric(call);
    const unit = registry.find("metric", metric.word)?.capabilities?.unit;
    const { text: says, written, isPercent: percent } = has.threshold(call, unit);
    const [by, end] = percent ? [100, " %"] : [1, unit === undefined ? "" : ` ${unit}`];
    const { score, why } = scoreOf(metric);
    const { value, interval } = score;
    const cleared = !Number.isNaN(value) && has.isMet(call, value);
    const within = interval ? ` (${short(by * interval.low)} … ${short(by * interval.high)})` : "";
    return {
      bar: `${metricName(metric, registry)} ${says} ${written}`,
      is: Number.isNaN(value)
        ? `no number${why === undefined ? "" : `: ${why}`}`
        : `${short(by * value)}${end}${within}`,
      cleared,
      barely: cleared && interval !== null && !(has.isMet(call, interval.low) && has.isMet(call, interval.high)),
    };
  });
}

/** Enough digits to distinguish the value from a threshold. */
const short = (value: number): string => String(Number(value.toPrecision(4))).replace("-", "−");

/** Text of the reached, or of the missed, thresholds. */
export function thresholdsText(
  model: string,
  results: readonly ThresholdResult[],
  which: "cleared" | "missed",
): readonly string[] {
  const chosen = results.filter(({ cleared }) => cleared === (which === "cleared"));
  return chosen.map(({ bar, is, cleared, barely }) => {
    const verdict = cleared ? (barely ? "cleared, by less than its interval is wide" : "cleared") : "NOT cleared";
    return `required of ${model}: ${bar}; it is ${is}: ${verdict}`;
  });
}

/** Coded error `bar-missed`. */
export function demandThresholdsCleared(
  model: string,
  all: readonly { readonly on: string; readonly results: readonly ThresholdResult[] }[],
): void {
  const missed = all.flatMap(({ on, results }) =>
    results.flatMap(({ bar, is, cleared }) => (cleared ? [] : [{ on, bar, is }])),
  );
  if (missed.length > 0) throw new CodedError("bar-missed", { model, missed });
}

/** Selects the metric with this call. */
export function metricMatcherOfCall(call: Call): (other: { readonly call: Call }) => boolean {
  const hash = hashOf(call);
  return (other) => hashOf(other.call) === hash;
}

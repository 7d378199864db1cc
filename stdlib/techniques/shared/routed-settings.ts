/**
 * LoRA with one part per data set, one of which applies to each row: the arguments of `routed_lora(...)`, and the
 * states for routing.
 */
import type { TensorState } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import { flagArgument, numberArgument, textsArgument } from "./settings.js";

/** [parts, 1, hidden]: mean of the base's pooled outputs over the rows of each part's data. */
export const ROUTE_MEANS_STATE_NAME = "route.means";
/**
 * [parts]: number of the head's labels that were known when a part was trained. Labels do not change position, so a
 * part predicts among the first ones.
 */
export const KNOWN_LABELS_STATE_NAME = "route.known";
/** [1]: number of labels of earlier data. */
export const EARLIER_LABELS_STATE_NAME = "route.earlier";

export interface RoutedLoraSettings {
  /** Rank of each part, the latest last. */
  readonly ranks: readonly number[];
  readonly rank: number;
  /** Factor of each product B A: alpha / rank of the first part, or alpha / √rank. */
  readonly scale: number;
  readonly dropout: number;
  readonly targets: readonly string[];
}

export function routedLoraSettings(call: Call): RoutedLoraSettings {
  const given = call.arguments["ranks"];
  const ranks = (Array.isArray(given) ? given : []).filter((one): one is number => typeof one === "number");
  const first = ranks[0] ?? 1;
  const alpha = numberArgument(call, "alpha", 2 * first);
  return {
    ranks,
    rank: ranks.reduce((sum, one) => sum + one, 0),
    scale: alpha / (flagArgument(call, "rank_stabilized") ? Math.sqrt(first) : first),
    dropout: numberArgument(call, "dropout", 0),
    targets: textsArgument(call, "targets", ["query", "value"]),
  };
}

const ofNumbers = (shape: readonly number[]): Omit<TensorState, "initial"> => ({
  type: { dtype: "f32", shape },
  trains: false,
});
export const routeMeansState = (parts: number, hidden: number): TensorState => ({
  ...ofNumbers([parts, 1, hidden]),
  initial: { zeros: true },
});
export const routeKnownLabelsState = (parts: number): TensorState => ({
  ...ofNumbers([parts]),
  initial: { zeros: true },
});
export const EARLIER_LABELS_STATE: TensorState = { ...ofNumbers([1]), initial: { zeros: true } };

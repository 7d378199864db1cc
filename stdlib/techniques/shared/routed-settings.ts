/** LoRA in parts, of which each row goes through one: what `routed_lora(...)` says, and the states that tell which part a row is for. */
import type { TensorState } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import { flagArgument, numberArgument, textsArgument } from "./settings.js";

/** [parts, 1, hidden]: the mean of what the base alone says of the rows of each part's data. */
export const ROUTE_MEANS_STATE = "route.means";
/** [parts]: how many of the head's labels were known when a part was learnt. They keep their places: a part answers among the first. */
export const ROUTE_KNOWN_STATE = "route.known";
/** [1]: how many labels earlier data had. */
export const ROUTE_EARLIER_STATE = "route.earlier";

export interface RoutedSettings {
  /** Of each part, the latest last. */
  readonly ranks: readonly number[];
  readonly rank: number;
  /** What each product B A is multiplied by: alpha / rank of the first part, or alpha / √rank. */
  readonly scale: number;
  readonly dropout: number;
  readonly targets: readonly string[];
}

export function routedSettings(call: Call): RoutedSettings {
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
export const routeKnownState = (parts: number): TensorState => ({ ...ofNumbers([parts]), initial: { zeros: true } });
export const EARLIER_LABELS_STATE: TensorState = { ...ofNumbers([1]), initial: { zeros: true } };

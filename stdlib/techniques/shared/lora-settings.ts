/** Parses the arguments of `lora(...)`. */
import type { Call } from "#dsl/language/types/value.js";
import { flagArgument, numberArgument, textArgument, textsArgument } from "./settings.js";

export interface LoraSettings {
  readonly rank: number;
  readonly alpha: number;
  /** Factor of the product B A: alpha / rank, or alpha / √rank if it is rank-stabilised. */
  readonly scale: number;
  readonly stabilized: boolean;
  readonly dora: boolean;
  readonly dropout: number;
  readonly targets: readonly string[];
  /** Folder of a PEFT adapter to start from. */
  readonly from: string | null;
}

/** Arguments must be checked; missing ones get their defaults. */
export function loraSettings(call: Call): LoraSettings {
  const rank = numberArgument(call, "rank", 8);
  const alpha = numberArgument(call, "alpha", 2 * rank);
  const stabilized = flagArgument(call, "rank_stabilized");
  return {
    rank,
    alpha,
    stabilized,
    scale: alpha / (stabilized ? Math.sqrt(rank) : rank),
    dora: flagArgument(call, "dora"),
    dropout: numberArgument(call, "dropout", 0),
    targets: textsArgument(call, "targets", ["query", "value"]),
    from: textArgument(call, "from"),
  };
}

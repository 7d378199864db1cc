/** The arguments of `lora(...)` as numbers and names. */
import type { Call } from "#dsl/language/types/value.js";
import { flagIn, numberIn, textIn, textsIn } from "./settings.js";

export interface LoraSettings {
  readonly rank: number;
  readonly alpha: number;
  /** What the product B A is multiplied by: alpha / rank, or alpha / √rank where it is rank-stabilised. */
  readonly scale: number;
  readonly stabilized: boolean;
  readonly dora: boolean;
  readonly dropout: number;
  readonly targets: readonly string[];
  /** Folder of a PEFT adapter to start from. */
  readonly from: string | null;
}

/** Arguments are checked already; those left out have their defaults. */
export function loraSettings(call: Call): LoraSettings {
  const rank = numberIn(call, "rank", 8);
  const alpha = numberIn(call, "alpha", 2 * rank);
  const stabilized = flagIn(call, "rank_stabilized");
  return {
    rank,
    alpha,
    stabilized,
    scale: alpha / (stabilized ? Math.sqrt(rank) : rank),
    dora: flagIn(call, "dora"),
    dropout: numberIn(call, "dropout", 0),
    targets: textsIn(call, "targets", ["query", "value"]),
    from: textIn(call, "from"),
  };
}

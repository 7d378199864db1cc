/** The arguments of `lora(...)` as numbers and names. */
import type { Call } from "#dsl/plan/plan.js";

export interface LoraSettings {
  readonly rank: number;
  readonly alpha: number;
  readonly dropout: number;
  readonly targets: readonly string[];
  /** Folder of a PEFT adapter to start from. */
  readonly from: string | null;
}

/** Arguments are checked already; those left out have their defaults. */
export function loraSettings(call: Call): LoraSettings {
  const { rank, alpha, dropout, targets, from } = call.arguments;
  const r = typeof rank === "number" ? rank : 8;
  const names = Array.isArray(targets)
    ? targets
    : targets === undefined || targets === null
      ? ["query", "value"]
      : [targets];
  return {
    rank: r,
    alpha: typeof alpha === "number" ? alpha : 2 * r,
    dropout: typeof dropout === "number" ? dropout : 0,
    targets: names.filter((t): t is string => typeof t === "string"),
    from: typeof from === "string" ? from : null,
  };
}

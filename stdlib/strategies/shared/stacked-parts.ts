/**
 * LoRA whose ranks are split into one part per data set: adds a part for the next one, and locates the parts in a
 * matrix.
 */
import type { TechniqueForNextData } from "#dsl/language/types/capabilities/learning.js";
import type { Refusal, WeightShapes } from "#dsl/language/types/capabilities/refusal.js";
import type { Call } from "#dsl/language/types/value.js";
import { loraSettings } from "../../techniques/shared/lora-settings.js";
import { findLinearLayers, type LinearShape } from "../../techniques/shared/shapes.js";

/** Returns the ranks of a data set: from its strategy, else from the previous strategy, else from the technique. */
function ownRank(call: Call, technique: Call, before: Call | null): number {
  for (const one of [call, before, technique]) {
    const rank = one?.arguments["rank"];
    if (typeof rank === "number") return rank;
  }
  return loraSettings(technique).rank;
}

/**
 * Every part has the scaling of the first one: alpha / rank is preserved, or alpha / √rank if it is rank-stabilised.
 */
export function addStackedLoraPart(
  call: Call,
  technique: Call,
  before: Call | null,
  shapes?: WeightShapes,
): TechniqueForNextData | Refusal {
  if (technique.word !== "lora")
    return {
      why: `the technique is \`${technique.word}\``,
      instead:
        "train the model with `technique: lora` first, or use a strategy that penalises changes of weights (`ewc`, `si`, `l2`) or replays rows (`replay`)",
    };
  const { rank, alpha, stabilized, dora, targets } = loraSettings(technique);
  if (dora)
    return {
      why: "with DoRA all ranks share the length of each output",
      instead:
        "train the model with `lora(dora: false)` first, or use a strategy that penalises changes of weights (`ewc`, `si`, `l2`) or replays rows (`replay`)",
    };
  const addedRank = ownRank(call, technique, before);
  const sum = rank + addedRank;
  const scaled = stabilized ? alpha * Math.sqrt(sum / rank) : (alpha * sum) / rank;
  // All weights come from the previous task, whatever the technique started `from`.
  const { from, ...settings } = technique.arguments;
  void from;
  const crowded = shapes && crowdedIn(findLinearLayers(shapes, targets), { from: rank, to: sum });
  return {
    ...(crowded && { exhaustedLayer: crowded }),
    technique: { ...technique, arguments: { ...settings, rank: sum, alpha: scaled } },
    strategy: { ...call, arguments: { ...call.arguments, rank: addedRank } },
    why: `${String(rank)} of earlier data and ${String(addedRank)} of these; each part has the same scale as the first one`,
  };
}

/** Returns the narrowest layer if these ranks exhaust its input dimensions and the earlier ranks did not. */
function crowdedIn(
  layers: readonly LinearShape[],
  { from, to }: { readonly from: number; readonly to: number },
): TechniqueForNextData["exhaustedLayer"] {
  const [narrow] = layers.toSorted((a, b) => a.in - b.in);
  if (!narrow || narrow.in >= to || narrow.in < from) return undefined;
  return { layer: narrow.path.split(".").at(-1) ?? narrow.path, inputs: narrow.in, ranks: to };
}

/**
 * Returns the axis of a matrix along which its parts are stacked, by the name of its state; null if it is not a LoRA
 * matrix.
 */
export function stackedPartAxis(name: string): 0 | 1 | null {
  if (name.endsWith(".lora_A.weight")) return 0;
  return name.endsWith(".lora_B.weight") ? 1 : null;
}

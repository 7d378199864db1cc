/** LoRA whose ranks are parts, one for each data set: the technique that has room for the next one, and what of a matrix is whose. */
import type { GrownTechnique } from "#dsl/language/types/capabilities/learning.js";
import type { Refusal, WeightShapes } from "#dsl/language/types/capabilities/refusal.js";
import type { Call } from "#dsl/language/types/value.js";
import { loraSettings } from "../../techniques/shared/lora-settings.js";
import { findLinearLayers, type LinearShape } from "../../techniques/shared/shapes.js";

/** Ranks that a data set gets where its strategy doesn't say. */
function ownRank(call: Call, technique: Call, before: Call | null): number {
  for (const one of [call, before, technique]) {
    const rank = one?.arguments["rank"];
    if (typeof rank === "number") return rank;
  }
  return loraSettings(technique).rank;
}

/** Every part is multiplied by what the first one was: alpha / rank stays, or alpha / √rank where it is rank-stabilised. */
export function growStackedTechnique(
  call: Call,
  technique: Call,
  before: Call | null,
  shapes?: WeightShapes,
): GrownTechnique | Refusal {
  if (technique.word !== "lora")
    return {
      why: `the technique is \`${technique.word}\``,
      instead:
        "train the model with `technique: lora` first, or take a strategy that holds weights (`ewc`, `si`, `l2`) or learns rows again (`replay`)",
    };
  const { rank, alpha, stabilized, dora, targets } = loraSettings(technique);
  if (dora)
    return {
      why: "with DoRA all ranks share the length of each output",
      instead:
        "train the model with `lora(dora: false)` first, or take a strategy that holds weights (`ewc`, `si`, `l2`) or learns rows again (`replay`)",
    };
  const addedRank = ownRank(call, technique, before);
  const sum = rank + addedRank;
  const scaled = stabilized ? alpha * Math.sqrt(sum / rank) : (alpha * sum) / rank;
  // All weights are those of the stage before, whatever these began with.
  const { from, ...settings } = technique.arguments;
  void from;
  const crowded = shapes && crowdedIn(findLinearLayers(shapes, targets), { from: rank, to: sum });
  return {
    ...(crowded && { crowded }),
    technique: { ...technique, arguments: { ...settings, rank: sum, alpha: scaled } },
    strategy: { ...call, arguments: { ...call.arguments, rank: addedRank } },
    why: `${String(rank)} of earlier data and ${String(addedRank)} of these; each part is multiplied as the first one was`,
  };
}

/** The narrowest of the layers, if all its directions are taken by these ranks and were not before. */
function crowdedIn(
  layers: readonly LinearShape[],
  { from, to }: { readonly from: number; readonly to: number },
): GrownTechnique["crowded"] {
  const [narrow] = layers.toSorted((a, b) => a.in - b.in);
  if (!narrow || narrow.in >= to || narrow.in < from) return undefined;
  return { layer: narrow.path.split(".").at(-1) ?? narrow.path, inputs: narrow.in, ranks: to };
}

/** Along which axis the parts of a matrix lie, by the name of its state; null: it is none of LoRA's. */
export function stackedPartAxis(name: string): 0 | 1 | null {
  if (name.endsWith(".lora_A.weight")) return 0;
  return name.endsWith(".lora_B.weight") ? 1 : null;
}

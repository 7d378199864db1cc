/** Adds a part for the next data set to `lora` or `routed_lora`. */
import type { TechniqueForNextData } from "#dsl/language/types/capabilities/learning.js";
import type { Refusal } from "#dsl/language/types/capabilities/refusal.js";
import type { Call } from "#dsl/language/types/value.js";
import { loraSettings } from "../../techniques/shared/lora-settings.js";
import { routedLoraSettings } from "../../techniques/shared/routed-settings.js";

/** Every part has the same scaling factor as the first one. */
export function addRoutedLoraPart(call: Call, technique: Call): TechniqueForNextData | Refusal {
  const rank = call.arguments["rank"];
  const ownRank = typeof rank === "number" ? rank : null;
  if (technique.word === "routed_lora") {
    const { ranks } = routedLoraSettings(technique);
    return grown(call, technique.arguments, [...ranks, ownRank ?? ranks[0] ?? 1]);
  }
  const instead = "or use a strategy that penalises changes of weights (`ewc`, `si`, `l2`) or replays rows (`replay`)";
  if (technique.word !== "lora")
    return {
      why: `the technique is \`${technique.word}\``,
      instead: `train the model with \`technique: lora\` first, ${instead}`,
    };
  const settings = loraSettings(technique);
  if (settings.dora)
    return {
      why: "with DoRA all ranks share the length of each output",
      instead: `train the model with \`lora(dora: false)\` first, ${instead}`,
    };
  const { alpha, dropout, targets, stabilized } = settings;
  const same = { alpha, dropout, targets: [...targets], rank_stabilized: stabilized };
  return grown(call, same, [settings.rank, ownRank ?? settings.rank]);
}

function grown(call: Call, settings: Call["arguments"], ranks: readonly number[]): TechniqueForNextData {
  const lastRank = ranks.at(-1) ?? 1;
  return {
    technique: { kind: "technique", word: "routed_lora", arguments: { ...settings, ranks } },
    strategy: { ...call, arguments: { ...call.arguments, rank: lastRank } },
    why: `${String(lastRank)} of these data, added to those of earlier ones, which do not change; each row uses those of one data set`,
  };
}

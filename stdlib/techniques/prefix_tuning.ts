import type { Call } from "#dsl/language/types/value.js";
import { defineWord } from "#dsl/language/types/define.js";
import { baseFacts } from "../models/shared/base-facts.js";
import { startFolderParameter } from "./shared/from-parameter.js";
import { virtualTokensParameter, virtualTokenCapability, warnIfSmallDecoder } from "./shared/prompts.js";
import { attentionKeyWidths, type TensorShapes } from "./shared/shapes.js";
import { virtualTokenCount } from "./shared/virtual-tokens.js";
import { learningRateRecord } from "./shared/rates.js";

const trained = (call: Call, shapes: TensorShapes): number =>
  2 * virtualTokenCount(call) * attentionKeyWidths(shapes).reduce((sum, width) => sum + width, 0);

const rate = learningRateRecord({
  rate: 0.05,
  narrows: true,
  because: "the keys and values are far from where they start",
});

export const word = defineWord({
  kind: "technique",
  name: "prefix_tuning",
  doc: "Trained keys and values before those of every text, in each layer's attention; the base stays frozen. Saved as a PEFT adapter.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification, technique: prefix_tuning(tokens: 10) }',
  references: [
    {
      title: "Prefix-Tuning: Optimizing Continuous Prompts for Generation",
      by: "Li and Liang",
      year: 2021,
      url: "https://arxiv.org/abs/2101.00190",
    },
  ],
  elsewhere: { num_virtual_tokens: "tokens", p_tuning_v2: "prefix_tuning" },
  parameters: [
    virtualTokensParameter,
    startFolderParameter(
      "Folder of a PEFT adapter to start from (`adapter_model.safetensors`), with the same `tokens`.",
    ),
  ],
  check(call, context) {
    const base = baseFacts(context);
    if (base) warnIfSmallDecoder(call, context, trained(call, base.shapes));
  },
  notes: rate.notes,
  capabilities: {
    ...rate.capabilities,
    saves: "trained",
    trains: "2 × tokens × width of the keys, for each layer",
    addedParameters: true,
    trainableParameters: trained,
    virtualTokens: virtualTokenCapability,
  },
  load: () => import("./prefix_tuning.run.js").then((m) => m.prefixTuning),
});

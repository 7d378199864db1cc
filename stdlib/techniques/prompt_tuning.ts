import type { Call } from "#dsl/language/types/value.js";
import { defineWord } from "#dsl/language/types/define.js";
import { baseFacts } from "../models/shared/base-facts.js";
import { startFolderParameter } from "./shared/from-parameter.js";
import { virtualTokensParameter, virtualTokenCapability, warnIfSmallDecoder } from "./shared/prompts.js";
import { embeddingWidth, type TensorShapes } from "./shared/shapes.js";
import { virtualTokenCount } from "./shared/virtual-tokens.js";
import { learningRateRecord } from "./shared/rates.js";

const trained = (call: Call, shapes: TensorShapes): number => virtualTokenCount(call) * embeddingWidth(shapes);

const rate = learningRateRecord({
  rate: 0.02,
  narrows: false,
  because: "the vectors are far from where they start, whatever the width",
});

export const word = defineWord({
  kind: "technique",
  name: "prompt_tuning",
  doc: "A few trained vectors before the tokens of every text; the base stays frozen. Saved as a PEFT adapter of some kilobytes.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification, technique: prompt_tuning(tokens: 20) }',
  references: [
    {
      title: "The Power of Scale for Parameter-Efficient Prompt Tuning",
      by: "Lester et al.",
      year: 2021,
      url: "https://arxiv.org/abs/2104.08691",
    },
  ],
  elsewhere: {
    num_virtual_tokens: "tokens",
    prompt_tuning_init: "init",
    prompt_tuning_init_text: "init",
    soft_prompt: "prompt_tuning",
    soft_prompts: "prompt_tuning",
  },
  parameters: [
    virtualTokensParameter,
    {
      name: "init",
      type: { is: "text" },
      doc: "Their initial values: `random`, or a text, whose tokens' embeddings are repeated or cut to fit. A text that describes the task is a better start, especially with few rows.",
      default: { value: "random" },
      why: "Random vectors need no text from you.",
      impact: "medium",
    },
    startFolderParameter(
      "Folder of a PEFT adapter to start from (`adapter_model.safetensors`), with the same `tokens`.",
    ),
  ],
  check(call, context) {
    const shapes = baseFacts(context)?.shapes;
    if (shapes) warnIfSmallDecoder(call, context, trained(call, shapes));
  },
  notes: rate.notes,
  capabilities: {
    ...rate.capabilities,
    saves: "trained",
    trains: "tokens × width of the embeddings",
    addedParameters: true,
    trainableParameters: trained,
    virtualTokens: virtualTokenCapability,
  },
  load: () => import("./prompt_tuning.run.js").then((m) => m.promptTuning),
});

import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { TechniqueImplementation } from "./kind.js";
import { defineWord } from "#dsl/language/types/define.js";
import { headFitParameter, checkExactFit } from "./shared/exact-fit.js";
import { headParameterCount } from "./shared/head.js";
import { readQuantizedConfig } from "../models/shared/quantized-weights.js";
import { ownFormatStartFolderParameter } from "./shared/from-parameter.js";
import { learningRateRecord } from "./shared/rates.js";

const rate = learningRateRecord({
  rate: 0.03,
  narrows: true,
  because: "the head starts from nothing, and nothing else can be upset",
});

export const word = defineWord({
  kind: "technique",
  name: "head_only",
  doc: "The base does not train; the task's head does. The fastest technique, and a measure of what the base already knows.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification, technique: head_only }',
  references: [
    {
      title: "Understanding intermediate layers using linear classifier probes",
      by: "Alain and Bengio",
      year: 2016,
      url: "https://arxiv.org/abs/1610.01644",
    },
  ],
  parameters: [headFitParameter, ownFormatStartFolderParameter],
  elsewhere: { linear_probe: "head_only", linear_probing: "head_only", feature_extraction: "head_only" },
  check(call, context) {
    const task = headParameterCount(context);
    // A quantized model keeps its base unchanged and trains nothing.
    const still = context.base && readQuantizedConfig(context.base.config);
    if (task?.count === 0 && !still) context.report("nothing-trains", { technique: call.word, task: task.name });
    else if (call.arguments.fit === "exact") checkExactFit(call, context);
  },
  notes: rate.notes,
  capabilities: {
    ...rate.capabilities,
    saves: "trained",
    trainsHeadOnly: true,
    /** The trained weights are part of the base's weights, so the model can be written as a complete one. */
    canBeMerged: true,
    trains: "nothing of the base",
    isExact: (call) => call.arguments.fit === "exact",
    trainableParameters: (): number => 0,
  },
  load: () => Promise.resolve(headOnly),
});

/** Only the head trains; the base is frozen. */
const headOnly: TechniqueImplementation = {
  saved: word.capabilities.saves,
  exact: (call) => argumentsWithDefaults(word, call).fit === "exact",
  trains: () => false,
  around: (_call, layers) => layers,
};

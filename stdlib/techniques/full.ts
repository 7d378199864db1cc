import { defineWord } from "#dsl/language/types/define.js";
import type { TechniqueImplementation } from "./kind.js";
import { countElements, type TensorShapes } from "./shared/shapes.js";
import { learningRateRecord } from "./shared/rates.js";

const rate = learningRateRecord({
  rate: 1e-4,
  narrows: true,
  because: "a pretrained model is easily upset by large steps, and smaller ones need more epochs",
});

export const word = defineWord({
  kind: "technique",
  name: "full",
  doc: "Every weight of the base trains. It can learn the most, takes the most memory, and saves the complete model.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification, technique: full }',
  parameters: [],
  elsewhere: { full_finetuning: "full", finetune: "full", none: "full" },
  notes: rate.notes,
  capabilities: {
    ...rate.capabilities,
    /** Saved weights: all (`model`), or the trained ones (`trained`). */
    saves: "model",
    trainsAll: true,
    trains: "every weight of the base",
    /** Trainable parameters of the base, from its tensors' shapes, without the head. */
    trainableParameters: (_call: unknown, shapes: TensorShapes): number =>
      countElements(shapes, (name) => !name.endsWith("position_ids")),
  },
  load: () => Promise.resolve(full),
});

/** Full fine-tuning: every parameter trains. */
export const full: TechniqueImplementation = {
  trains: () => true,
  around: (_call, layers) => layers,
  saved: word.capabilities.saves,
};

import type { Word } from "#dsl/registry.js";
import { elementsOf } from "./shapes.js";

export const word: Word = {
  kind: "technique",
  name: "full",
  doc: "Every weight of the base trains. Most room to learn, most memory, and the whole model is saved.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification, technique: full }',
  since: "0.1.0",
  parameters: [],
  elsewhere: { full_finetuning: "full", finetune: "full", none: "full" },
  capabilities: {
    saves: "model",
    /** Trainable parameters of the base, from its tensors' shapes (the head comes on top). */
    trainableParameters: (_call: unknown, shapes: Readonly<Record<string, readonly number[]>>): number =>
      Object.entries(shapes).reduce(
        (n, [name, shape]) => (name.endsWith("position_ids") ? n : n + elementsOf(shape)),
        0,
      ),
  },
  load: () => import("./full.run.js").then((m) => m.full),
};

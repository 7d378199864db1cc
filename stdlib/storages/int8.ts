import { defineWord } from "#dsl/language/types/define.js";
import { storageCapabilities } from "./shared/storage.js";

export const word = defineWord({
  kind: "storage",
  name: "int8",
  doc: "Frozen weights of linear layers are stored in memory as 8-bit integers with a scale for each output (LLM.int8), a byte each; embeddings and heads as bf16.",
  example:
    'model helper { base: "SmolLM2-135M-Instruct", task: text_generation, technique: lora(rank: 8), storage: int8 }',
  elsewhere: { load_in_8bit: "int8", "8bit": "int8", q8: "int8" },
  parameters: [],
  capabilities: storageCapabilities,
});

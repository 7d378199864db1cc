import { defineWord } from "#dsl/language/types/define.js";
import { storageCapabilities } from "./shared/storage.js";

export const word = defineWord({
  kind: "storage",
  name: "f32",
  doc: "Frozen weights are stored in memory as f32, 4 bytes each.",
  example:
    'model helper { base: "SmolLM2-135M-Instruct", task: text_generation, technique: lora(rank: 8), storage: f32 }',
  elsewhere: { fp32: "f32", float32: "f32", full_precision: "f32" },
  parameters: [],
  capabilities: { ...storageCapabilities, isPlain: true },
});

import { defineWord } from "#dsl/language/types/define.js";
import { storageCapabilities } from "./shared/storage.js";

export const word = defineWord({
  kind: "storage",
  name: "bf16",
  doc: "Frozen weights are stored in memory as bfloat16, 2 bytes each, rounded to nearest even. A base published in bf16 loses nothing.",
  example:
    'model helper { base: "SmolLM2-135M-Instruct", task: text_generation, technique: lora(rank: 8), storage: bf16 }',
  elsewhere: { bfloat16: "bf16", fp16: "bf16", float16: "bf16", half: "bf16" },
  parameters: [],
  capabilities: storageCapabilities,
});

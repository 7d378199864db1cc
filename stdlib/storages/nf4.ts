import { defineWord } from "#dsl/language/types/define.js";
import { storageCapabilities } from "./shared/storage.js";

export const word = defineWord({
  kind: "storage",
  name: "nf4",
  doc: "QLoRA: frozen weights of linear layers are stored in memory as 4-bit NormalFloat in blocks of 64, about half a byte each; embeddings and heads as bf16.",
  example:
    'model helper { base: "SmolLM2-135M-Instruct", task: text_generation, technique: lora(rank: 8), storage: nf4 }',
  elsewhere: { load_in_4bit: "nf4", "4bit": "nf4", int4: "nf4", fp4: "nf4", qlora: "nf4" },
  parameters: [
    {
      name: "double_quantization",
      type: { is: "boolean" },
      doc: "The scales of the blocks are quantised themselves, to 8 bits in blocks of 256.",
      default: { value: true },
      why: "It saves 0.37 bits for each weight, and QLoRA found no loss.",
      impact: "low",
    },
  ],
  capabilities: { ...storageCapabilities, suggested: "nf4" },
});

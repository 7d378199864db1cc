import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "metric",
  name: "bits_per_byte",
  doc: "How many bits the model needs for each byte of the texts that it foretells: the loss of their tokens in bits, summed, through the bytes (UTF-8) that these tokens stand for. Unlike loss and perplexity it may be compared between models with other tokenizers.",
  example: "metrics: [loss, perplexity, bits_per_byte]",
  elsewhere: {
    bpb: "bits_per_byte",
    bits_per_character: "bits_per_byte",
    bpc: "bits_per_byte",
    compression: "bits_per_byte",
  },
  capabilities: { better: "less", ofLoss: true, countsBytes: true, of: ["next_token"] },
  parameters: [],

  load: async () => (await import("./bits_per_byte.run.js")).bitsPerByte,
});

import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";

export const word = defineWord({
  kind: "metric",
  name: "bits_per_byte",
  doc: "Bits that the model needs per byte of the predicted texts: the summed loss of their tokens in bits, divided by the bytes (UTF-8) of these tokens. Unlike loss and perplexity it can be compared between models with different tokenizers.",
  example: "metrics: [loss, perplexity, bits_per_byte]",
  elsewhere: {
    bpb: "bits_per_byte",
    bits_per_character: "bits_per_byte",
    bpc: "bits_per_byte",
    compression: "bits_per_byte",
  },
  capabilities: { better: "less", ofLoss: true, countsBytes: true, outcomes: ["next_token"] },
  parameters: [],

  load: () => Promise.resolve(bitsPerByte),
});

/**
 * Gao et al., 2020 (arXiv 2101.00027, section 3.1): nats of all tokens / ln 2 / bytes of the text. NaN if no byte is
 * predicted.
 */
const bitsPerByte: MetricImplementation = {
  ofTokens: (_call, { loss, tokens, bytes = 0 }) => (bytes === 0 ? Number.NaN : (loss * tokens) / Math.LN2 / bytes),
};

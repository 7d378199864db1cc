/** Gao et al., 2020 (arXiv 2101.00027, section 3.1): nats of all tokens / ln 2 / bytes of the text. NaN where no byte is foretold. */
import type { MetricImplementation } from "../kinds/metric.js";

export const bitsPerByte: MetricImplementation = {
  ofTokens: (_call, { loss, tokens, bytes = 0 }) => (bytes === 0 ? Number.NaN : (loss * tokens) / Math.LN2 / bytes),
};

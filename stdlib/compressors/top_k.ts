import { defineWord } from "#dsl/language/types/define.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { CompressorImplementation } from "./kind.js";

export const word = defineWord({
  kind: "compressor",
  name: "top_k",
  doc: "Sends only the largest values of an update. The rest is added to the client's next update, so that nothing is lost, only late.",
  example: "compression: [top_k(10%), int8]",
  references: [
    {
      title: "Sparsified SGD with Memory",
      by: "Stich, Cordonnier and Jaggi",
      year: 2018,
      url: "https://arxiv.org/abs/1809.07599",
    },
    {
      title: "Deep Gradient Compression: Reducing the Communication Bandwidth for Distributed Training",
      by: "Lin et al.",
      year: 2018,
      url: "https://arxiv.org/abs/1712.01887",
    },
  ],
  elsewhere: {
    topk: "top_k",
    TopK: "top_k",
    sparsification: "top_k",
    dgc: "top_k",
    DGC: "top_k",
    ratio: "share",
    compress_ratio: "share",
    k: "share",
    density: "share",
  },
  advice: { sparsity: "write the share to send, not the share to drop: `top_k(10%)` drops 90 %" },
  capabilities: { sparse: true },
  parameters: [
    {
      name: "share",
      type: { is: "number", unit: "share" },
      doc: "The share of the values that is sent, at least one.",
      range: { min: 0, max: 1, exclusive: true },
      positional: true,
      default: { value: { share: 0.1 } },
      why: "A tenth suits tens of rounds; trainings of thousands of steps can send a thousandth.",
      impact: "high",
    },
  ],
  load: () => Promise.resolve(topK),
});

const topK: CompressorImplementation = {
  keep(call, { length, places, values }) {
    const { share } = argumentsWithDefaults(word, call).share;
    const count = Math.min(values.length, Math.max(1, Math.round(share * values.length)));
    const sizes = values.map(Math.abs).sort();
    const least = sizes[sizes.length - count] ?? 0;
    // Among values equal to the smallest retained one, the first are retained.
    let even = count - values.reduce((sum, value) => sum + (Math.abs(value) > least ? 1 : 0), 0);
    const keptPlaces = new Uint32Array(count);
    let k = 0;
    values.forEach((value, index) => {
      const size = Math.abs(value);
      if (size > least || (size === least && even-- > 0)) keptPlaces[k++] = index;
    });
    return {
      length,
      places: places ? keptPlaces.map((index) => places[index]!) : keptPlaces,
      values: Float32Array.from(keptPlaces, (index) => values[index]!),
    };
  },
};

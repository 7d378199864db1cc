import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "compressor",
  name: "top_k",
  doc: "Sends the values of an update that moved most. What stays behind is added to the client's next update, so that nothing is lost, only late.",
  example: "compression: [top_k(10%), int8]",
  references: [
    {
      title: "Sparsified SGD with Memory",
      by: "Stich, Cordonnier and Jaggi",
      year: 2018,
      at: "https://arxiv.org/abs/1809.07599",
    },
    {
      title: "Deep Gradient Compression: Reducing the Communication Bandwidth for Distributed Training",
      by: "Lin et al.",
      year: 2018,
      at: "https://arxiv.org/abs/1712.01887",
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
  advice: { sparsity: "write what is sent, not what is left out: `top_k(10%)` leaves out 90 %" },
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
  load: async () => (await import("./top_k.run.js")).topK,
});

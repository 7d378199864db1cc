import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "compressor",
  name: "int8",
  doc: "Sends each value in one byte instead of four: a whole number from −127 to 127 times a scale that 1,024 values share, rounded up or down by chance so that it is right on average. What rounding took is added to the client's next update.",
  example: "compression: int8",
  references: [
    {
      title: "QSGD: Communication-Efficient SGD via Gradient Quantization and Encoding",
      by: "Alistarh et al.",
      year: 2017,
      url: "https://arxiv.org/abs/1610.02132",
    },
  ],
  elsewhere: {
    qsgd: "int8",
    QSGD: "int8",
    quantization: "int8",
    quantize: "int8",
    q8: "int8",
    uint8: "int8",
    "8bit": "int8",
    stochastic_rounding: "int8",
  },
  advice: { bits: "leave it out: eight bits; for fewer bytes write `top_k(10%)` before it" },
  parameters: [],
  load: async () => (await import("./int8.run.js")).int8,
});

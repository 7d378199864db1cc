import { layerNumberOf } from "./shared/frozen-parts.js";
import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "part",
  name: "layers",
  doc: "Layers by number, from 0, both ends included; for an encoder-decoder those of both stacks.",
  example: "freeze: [embeddings, layers(0..3)]",
  parameters: [
    {
      name: "range",
      type: { is: "range", of: { is: "number", integer: true } },
      positional: true,
      required: true,
      range: { min: 0 },
      doc: "From which layer to which.",
      why: "Lower layers read words and syntax, which a task seldom needs to change.",
      impact: "medium",
    },
  ],
  capabilities: {
    contains({ arguments: { range } }, path) {
      const layer = layerNumberOf(path);
      return layer !== null && layer >= range.from && layer <= range.to;
    },
  },
});

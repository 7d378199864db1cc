import { defineWord } from "#dsl/language/types/define.js";
import { lengthUnitParameter } from "../cleaners/shared/lengths.js";

export const word = defineWord({
  kind: "slicing",
  name: "length",
  doc: "Parts the rows by how long their texts are, into parts of about as many rows each; the bounds are shown. Words and not tokens are counted, so that the parts are the same for models whose tokenizers differ.",
  example: "by: [length(bins: 4)]",
  elsewhere: { len: "length", text_length: "length", lengths: "length", buckets: "length" },
  parameters: [
    {
      name: "bins",
      type: { is: "number", integer: true },
      doc: "How many parts; fewer where many texts are equally long.",
      range: { min: 2, max: 20 },
      positional: true,
      default: { value: 4 },
      why: "Quarters leave enough rows in each part to mean something.",
      impact: "low",
    },
    lengthUnitParameter,
  ],
  load: async () => (await import("./length.run.js")).length,
});

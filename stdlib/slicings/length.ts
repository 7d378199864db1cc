import { defineWord } from "#dsl/language/types/define.js";
import { lengthUnitParameter, countCharacters, countWords } from "../cleaners/shared/lengths.js";
import type { SlicingImplementation } from "./kind.js";
import { partitionByQuantiles } from "./shared/quantiles.js";

export const word = defineWord({
  kind: "slicing",
  name: "length",
  doc: "Groups the rows by the length of their texts, into groups of about the same size; the bounds are shown. Words are counted instead of tokens, so that the groups are the same for models with different tokenizers.",
  example: "by: [length(bins: 4)]",
  elsewhere: { len: "length", text_length: "length", lengths: "length", buckets: "length" },
  parameters: [
    {
      name: "bins",
      type: { is: "number", integer: true },
      doc: "Number of groups; fewer if many texts have the same length.",
      range: { min: 2, max: 20 },
      positional: true,
      default: { value: 4 },
      why: "Quarters leave enough rows in each group for a meaningful score.",
      impact: "low",
    },
    lengthUnitParameter,
  ],
  load: () => Promise.resolve(length),
});

export const length: SlicingImplementation = {
  part(call, rows) {
    const unit = call.arguments["by"] === "characters" ? "characters" : "words";
    const lengthOf = unit === "words" ? countWords : countCharacters;
    const lengths = Float64Array.from({ length: rows.count }, (_, row) => lengthOf(rows.text(row)));
    const parted = partitionByQuantiles(lengths, Number(call.arguments["bins"]), (value) =>
      value.toLocaleString("en-US"),
    );
    return Promise.resolve({ by: `length in ${unit}`, ...parted, notes: [] });
  },
};

import { defineWord } from "#dsl/language/types/define.js";
import { lengthUnitParameter, countCharacters, countWords } from "../cleaners/shared/lengths.js";
import type { SlicingImplementation } from "./kind.js";
import { partitionByQuantiles } from "./shared/quantiles.js";

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

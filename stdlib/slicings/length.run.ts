import type { SlicingImplementation } from "./kind.js";
import { countCharacters, countWords } from "../cleaners/shared/lengths.js";
import { partitionByQuantiles } from "./shared/quantiles.js";

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

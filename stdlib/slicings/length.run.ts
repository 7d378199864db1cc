import type { SlicingImplementation } from "./kind.js";
import { charactersIn, wordsIn } from "../cleaners/shared/lengths.js";
import { partedByQuantiles } from "./shared/quantiles.js";

export const length: SlicingImplementation = {
  part(call, rows) {
    const unit = call.arguments["by"] === "characters" ? "characters" : "words";
    const lengthOf = unit === "words" ? wordsIn : charactersIn;
    const lengths = Float64Array.from({ length: rows.count }, (_, row) => lengthOf(rows.text(row)));
    const parted = partedByQuantiles(lengths, Number(call.arguments["bins"]), (value) => value.toLocaleString("en-US"));
    return Promise.resolve({ by: `length in ${unit}`, ...parted, notes: [] });
  },
};

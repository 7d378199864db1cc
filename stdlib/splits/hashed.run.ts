/**
 * Hashes each value to a number from 0 to 1. The evaluation splits take the beginning of that range, in alphabetical
 * order, and training follows. A greater share of `train` therefore adds rows without changing the other splits.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import { seededNumberOfText } from "../statistics/chance.js";
import type { RowToClean, SplitImplementation } from "../data/contract.js";
import { splitSizesOf } from "./shared/targets.js";
import { word } from "./hashed.js";

export const hashed: SplitImplementation = {
  names: (call) => splitSizesOf(call).map((t) => t.split),
  assign(call, rows, seed) {
    const { column } = argumentsWithDefaults(word, call);
    const lacking = rows.filter((row) => keyOf(row, column) === undefined).map(({ row }) => row);
    if (lacking.length > 0)
      throw new CodedError("rows-without-key", { column, rows: lacking.slice(0, 5), count: lacking.length });
    return rows.map(dealing(call, seed));
  },
  stream: (call, seed) => dealing(call, seed),
};

function dealing(call: Call, seed: number): (row: RowToClean) => string | null {
  const { column } = argumentsWithDefaults(word, call);
  const ends = endsOf(call);
  return (row) => {
    const key = keyOf(row, column);
    if (key === undefined) throw new CodedError("rows-without-key", { column, rows: [row.row], count: 1 });
    const drawn = seededNumberOfText(seed, key);
    return ends.find(({ end }) => drawn < end)?.split ?? null;
  };
}

/** Returns the splits in their order between 0 and 1, with the end of each. */
function endsOf(call: Call): readonly { readonly split: string; readonly end: number }[] {
  const targets = splitSizesOf(call);
  const train = targets.filter(({ split }) => split === "train");
  const others = targets.filter(({ split }) => split !== "train").sort((a, b) => (a.split < b.split ? -1 : 1));
  let end = 0;
  return [...others, ...train].map((target) => {
    end = target.rest ? 1 : end + (target.share ?? 0);
    // Shares that sum to 100 % leave no row out, despite rounding.
    return { split: target.split, end: end > 1 - 1e-9 ? 1 : end };
  });
}

/** The number 7 in a JSON file equals "7" in a CSV file. */
function keyOf({ values }: RowToClean, column: string): string | undefined {
  const value = values[column];
  if (value === null || value === undefined || value === "") return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number);
}

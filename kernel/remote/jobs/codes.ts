/** Error codes of statements that run in another process. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface ShippingCodeData {
  "not-shippable": {
    /** The statement that was to run remotely: `train … { detach: true }`. */
    readonly what: string;
    /** Words that TypeScript cells define. */
    readonly words: readonly string[];
    /** TypeScript names whose values cannot be serialized, and why. */
    readonly values: readonly { readonly name: string; readonly why: string }[];
  };
  "shipped-otherwise": {
    readonly name: string;
    /** Differences, by path in the recipe. */
    readonly differs: readonly string[];
  };
  "shipment-unreadable": { readonly folder: string; readonly why: string };
}
export const shippingCodes: CodeTable<ShippingCodeData> = {
  "not-shippable": {
    severity: "error",
    message: (d) =>
      [
        ...(d.words.length > 0
          ? [`${listNames(d.words.map((word) => `\`${word}\``))} is defined in this notebook`]
          : []),
        ...d.values.map(({ name, why }) => `\`$${name}\` can't be written down: ${why}`),
      ].join("; ") + ` and ${d.what} runs in another process`,
    help: (d) =>
      d.words.length > 0
        ? "run it here, or write it with words of the package"
        : "keep plain values and tables of them under that name, or save the rows to a file and read that",
    explain:
      "What runs in another process is told as text: the cells, plain values, and tables of plain values. A function of this notebook lives in this notebook alone.",
  },
  "shipped-otherwise": {
    severity: "error",
    message: (d) => `${d.name} would be another training there: ${listNames(d.differs, { most: 6 })}`,
    help: () => "what it reads changed meanwhile: run the statement again",
    explain:
      "A statement that runs in another process is compiled there once more. Where a file, a base or a version differs, so would the numbers, and nothing is trained.",
  },
  "shipment-unreadable": {
    severity: "error",
    message: (d) => `what was to run can't be read in ${d.folder}: ${d.why}`,
    help: () => "run the statement again",
    explain:
      "A statement that runs in another process lies in a folder as JSON, with the tables that it reads beside it.",
  },
};

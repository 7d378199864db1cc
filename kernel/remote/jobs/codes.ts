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
        ...d.values.map(({ name, why }) => `\`$${name}\` cannot be serialized: ${why}`),
      ].join("; ") + `, but ${d.what} runs in another process`,
    help: (d) =>
      d.words.length > 0
        ? "run it here, or use built-in words"
        : "use plain values and tables of them, or save the rows to a file and read that",
    explain:
      "Another process receives the cells as text, plain values, and tables of plain values. Functions of this notebook exist only here.",
  },
  "shipped-otherwise": {
    severity: "error",
    message: (d) => `${d.name} would be a different training there: ${listNames(d.differs, { most: 6 })}`,
    help: () => "run the statement again: a file that it reads has changed",
    explain:
      "A statement that runs in another process is compiled there again. If a file, a base or a version differs, the results would too, so nothing is trained.",
  },
  "shipment-unreadable": {
    severity: "error",
    message: (d) => `cannot read the statement to run in ${d.folder}: ${d.why}`,
    help: () => "run the statement again",
    explain: "A statement for another process is stored in a folder as JSON, together with the tables that it reads.",
  },
};

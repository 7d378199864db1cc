import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface BalanceCodeData {
  "balance-without-label": { readonly has: readonly string[] };
}

export const balanceCodes: CodeTable<BalanceCodeData> = {
  "balance-without-label": {
    severity: "error",
    message: (d) =>
      `\`balance\` evens out labels, and these rows have no role \`label\` (they have ${listNames(d.has.map((role) => `\`${role}\``))})`,
    help: () => "name the column of the label, as in `columns: { text: body, label: team }`, or leave `balance` out",
    explain:
      "Rows are repeated or left out by their label, so each row has to have one. Rows with several labels, and words that are labelled one by one, can't be evened out that way.",
    example: 'data d { source: csv("a.csv"), columns: { text: t }, clean: balance(over) }',
  },
};

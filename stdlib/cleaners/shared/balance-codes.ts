import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface BalanceCodeData {
  "balance-without-label": { readonly has: readonly string[] };
}

export const balanceCodes: CodeTable<BalanceCodeData> = {
  "balance-without-label": {
    severity: "error",
    message: (d) =>
      `\`balance\` needs a role \`label\`, but these rows have ${listNames(d.has.map((role) => `\`${role}\``))}`,
    help: () => "name the label column, as in `columns: { text: body, label: team }`, or remove `balance`",
    explain:
      "`balance` repeats or drops rows by their label, so each row needs exactly one. Rows with several labels, and tags of single words, cannot be balanced this way.",
    example: 'data d { source: csv("a.csv"), columns: { text: t }, clean: balance(over) }',
  },
};

import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNamesAsCode } from "#dsl/language/diagnostics/lists.js";

export interface RangeCodeData {
  /** `has`: numeric columns of the data. */
  "range-of-no-numbers": { readonly word: string; readonly column: string; readonly has: readonly string[] };
}

export const rangeCodes: CodeTable<RangeCodeData> = {
  "range-of-no-numbers": {
    severity: "error",
    message: (d) => `\`${d.word}\` needs a column of numbers, but "${d.column}" is neither a score nor a weight`,
    help: (d) =>
      d.has.length > 0
        ? `use ${listNamesAsCode(d.has)} instead`
        : `name the score column, as in \`columns: { text: body, score: amount }\`, or remove \`${d.word}\``,
    explain:
      "Only the roles `score` and `weight` contain numbers; other columns are read as text or labels. `drop_outside` and " +
      "`clamp` need the column of one of these roles.",
    example: 'data d { source: csv("a.csv"), columns: { text: t, score: a }, clean: clamp(t, 0..10) }',
  },
};

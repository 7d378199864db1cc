/** Error codes of patterns in a program. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** The data of each code. */
export interface PatternsCodeData {
  "wrong-pattern": { readonly pattern: string; readonly why: string };
}

export const patternsCodes: CodeTable<PatternsCodeData> = {
  "wrong-pattern": {
    severity: "error",
    message: (d) => `the pattern ${JSON.stringify(d.pattern.slice(0, 60))} can't be used: ${d.why}`,
    help: (d) =>
      /\(\?[=!<]/.test(d.pattern) || /\\[1-9]/.test(d.pattern)
        ? "write it without look-around (`(?=…)`, `(?<!…)`) and without back references (`\\1`); `\\b` ends at words"
        : "patterns are RE2's: `\\d{6}`, `[A-Z]+`, `(?i)word`, `a|b`; in a text a backslash is written twice",
    explain:
      "Patterns run over every text of the data, so they are matched by an engine whose time follows the text's length (RE2). It has no look-around and no back references. A pattern that matches where nothing stands would match everywhere.",
  },
};

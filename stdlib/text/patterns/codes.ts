/** Error codes of patterns in a program. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** The data of each code. */
export interface PatternsCodeData {
  "wrong-pattern": { readonly pattern: string; readonly why: string };
}

export const patternsCodes: CodeTable<PatternsCodeData> = {
  "wrong-pattern": {
    severity: "error",
    message: (d) => `the pattern ${JSON.stringify(d.pattern.slice(0, 60))} cannot be used: ${d.why}`,
    help: (d) =>
      /\(\?[=!<]/.test(d.pattern) || /\\[1-9]/.test(d.pattern)
        ? "write it without look-around (`(?=…)`, `(?<!…)`) and without back references (`\\1`); `\\b` matches a word boundary"
        : "use RE2 syntax: `\\d{6}`, `[A-Z]+`, `(?i)word`, `a|b`; in a text write a backslash twice",
    explain:
      "Patterns run over every text of the data, so they use an engine with linear time (RE2). It has no look-around and no back references. A pattern that matches the empty text would match everywhere.",
  },
};

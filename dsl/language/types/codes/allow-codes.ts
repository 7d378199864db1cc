/** Codes of errors in `allow: { CODE: "reason" }`. */
import type { Severity, CodeTable } from "../../diagnostics/codes.js";

export interface AllowCodeData {
  "unknown-allowance": { readonly code: string; readonly nearest?: string };
  "cannot-allow": { readonly code: string; readonly severity: Severity };
  "reason-missing": { readonly code: string };
  "idle-allowance": { readonly code: string };
}

const data = 'data d { source: csv("a.csv"), columns: { text: text, label: label }';

export const allowCodes: CodeTable<AllowCodeData> = {
  "unknown-allowance": {
    severity: "error",
    message: (d) => `there is no warning \`${d.code}\``,
    help: (d) =>
      d.nearest ? `write \`${d.nearest}\`` : "write the code that stands between the brackets of `warning[…]`",
    explain:
      'In `allow: { CODE: "reason" }` a warning is named by its code. A code that nothing reports would keep nothing quiet.',
    example: `${data}, allow: { rare_lable: "two teams are new" } }`,
  },
  "cannot-allow": {
    severity: "error",
    message: (d) =>
      d.severity === "error" ? `\`${d.code}\` is an error, which can't be allowed` : `\`${d.code}\` can't be allowed`,
    help: (d) => `mend what it tells of: \`npx tunebook explain ${d.code}\``,
    explain:
      "Warnings may be allowed, with a reason, and the few errors that somebody may know better about (`split-leak`). With any " +
      "other error the program has no meaning, so that there is nothing to allow.",
    example: `${data}, allow: { unknown-column: "it comes later" } }`,
  },
  "reason-missing": {
    severity: "error",
    message: (d) => `\`${d.code}\` is allowed without a reason`,
    help: (d) => `say why in a few words, \`${d.code}: "…"\`: they stand in the plan and in the model card`,
    explain: "A warning that is kept quiet says why, so that whoever reads the plan later can judge it again.",
    example: `${data}, allow: { rare-label: "" } }`,
  },
  "idle-allowance": {
    severity: "warning",
    facts: true,
    allowable: false,
    message: (d) => `\`${d.code}\` is allowed here, but no such warning occurs`,
    help: () => "remove it",
    explain:
      "An `allow` hides a warning that occurs. This warning no longer occurs with the current data and settings. " +
      "The entry would hide the next one, which nobody has reviewed.",
  },
};

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
    help: (d) => (d.nearest ? `write \`${d.nearest}\`` : "write the code between the brackets of `warning[…]`"),
    explain:
      '`allow: { CODE: "reason" }` names a warning by its code. No warning has this code, so allowing it has no effect.',
    example: `${data}, allow: { rare_lable: "two teams are new" } }`,
  },
  "cannot-allow": {
    severity: "error",
    message: (d) =>
      d.severity === "error" ? `\`${d.code}\` is an error and cannot be allowed` : `\`${d.code}\` cannot be allowed`,
    help: (d) => `fix the problem: \`npx tunebook explain ${d.code}\``,
    explain:
      "You can allow warnings with a reason, and the few errors that you may know better about (`split-leak`). With any " +
      "other error the program has no meaning, so it cannot be allowed.",
    example: `${data}, allow: { unknown-column: "it comes later" } }`,
  },
  "reason-missing": {
    severity: "error",
    message: (d) => `\`${d.code}\` is allowed without a reason`,
    help: (d) => `write the reason in a few words, \`${d.code}: "…"\`; it appears in the plan and in the model card`,
    explain: "An allowed warning needs a reason, so that whoever reads the plan later can judge it again.",
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

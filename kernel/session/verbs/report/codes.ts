/** Codes of writing a report. */
import { registerCodes } from "#dsl/diagnostics/codes.js";
import type {} from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "report-taken": { readonly path: string; readonly why: string };
  }
}

registerCodes({
  "report-taken": {
    severity: "error",
    message: (d) => `${d.path} can't be written: ${d.why}`,
    help: () => 'write another file\'s name: `report router as "router.html"`',
    explain: "A report replaces a report that was written before, and nothing else.",
  },
});

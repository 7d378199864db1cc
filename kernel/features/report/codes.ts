/** Error codes of writing a report. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface VerbsReportCodeData {
  "report-taken": { readonly path: string; readonly why: string };
}

export const verbsReportCodes: CodeTable<VerbsReportCodeData> = {
  "report-taken": {
    severity: "error",
    message: (d) => `${d.path} can't be written: ${d.why}`,
    help: () => 'write another file\'s name: `report router as "router.html"`',
    explain: "A report replaces a report that was written before, and nothing else.",
  },
};

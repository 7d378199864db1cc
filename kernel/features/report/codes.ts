/** Error codes of writing a report. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface VerbsReportCodeData {
  "report-taken": { readonly path: string; readonly why: string };
}

export const verbsReportCodes: CodeTable<VerbsReportCodeData> = {
  "report-taken": {
    severity: "error",
    message: (d) => `cannot write ${d.path}: ${d.why}`,
    help: () => 'write another file name: `report router as "router.html"`',
    explain: "A report only overwrites an earlier report.",
  },
};

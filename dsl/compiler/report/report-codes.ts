/** Codes of `report`. */
import type { CodeTable } from "../../language/diagnostics/codes.js";

export interface ReportCodeData {
  "report-ending": { readonly path: string; readonly instead: string };
}

export const reportCodes: CodeTable<ReportCodeData> = {
  "report-ending": {
    severity: "error",
    message: (d) => `a report is an HTML page, but ${JSON.stringify(d.path)} does not end in .html`,
    help: (d) => `write \`${JSON.stringify(d.instead)}\``,
    explain: "A report is one HTML file that any browser can open and print.",
    example:
      'data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, test: 20%) }\nmodel router { base: "all-MiniLM-L6-v2", task: text_classification }\ntrain router on tickets\nreport router as "report.pdf"',
  },
};

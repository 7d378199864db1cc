/** Error codes of compression runs. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface CompressionsCodeData {
  "teacher-not-finite": { readonly teacher: string; readonly rows: number; readonly of: number };
  "unlabelled-held-out": {
    readonly data: string;
    readonly rows: number;
    /** For example `tickets.test`. */
    readonly on: string;
    readonly of: number;
  };
}

export const compressionsCodes: CodeTable<CompressionsCodeData> = {
  "teacher-not-finite": {
    severity: "error",
    message: (d) =>
      `${d.teacher} answers ${d.rows === d.of ? "all" : `${String(d.rows)} of ${String(d.of)}`} rows with what is no number, so that nothing can be learnt of it`,
    help: (d) =>
      `train ${d.teacher} again with a lower learning_rate, or in f32 where it was trained in bf16, and compress it then`,
    explain:
      "What a student is to learn are the numbers that its teacher gives each label. Weights that grew beyond all bounds give none (NaN or infinite), and a loss on them would teach the student the same.",
  },
  "unlabelled-held-out": {
    severity: "warning",
    message: (d) =>
      `${String(d.rows)} of ${String(d.of)} rows of ${d.on}, which score the model, stand among the rows of ${d.data}, which it learns without their labels`,
    help: (d) => `take them out of ${d.data}, or read scores on ${d.on} as those of rows that were learnt`,
    explain:
      "What a larger model says of a row is learnt by the student before it is asked about that row: it comes nearer to its teacher there than on new rows. Compared is what is read of a row, after cleaning.",
    allowable: false,
  },
};

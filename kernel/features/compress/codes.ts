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
      `${d.teacher} gives non-finite predictions for ${d.rows === d.of ? "all" : `${String(d.rows)} of ${String(d.of)}`} rows, so a student cannot learn from it`,
    help: (d) => `train ${d.teacher} again with a lower learning_rate, or in f32 instead of bf16, and compress it then`,
    explain:
      "A student learns the numbers that its teacher gives each label. Weights that diverged give NaN or infinite numbers, and the student would learn the same.",
  },
  "unlabelled-held-out": {
    severity: "warning",
    message: (d) =>
      `${String(d.rows)} of ${String(d.of)} evaluation rows of ${d.on} are also in ${d.data}, which the model trains on without labels`,
    help: (d) => `remove them from ${d.data}, or read scores on ${d.on} as those of training rows`,
    explain:
      "The student learns the teacher's predictions for these rows before it is evaluated on them, so it is closer to the teacher there than on new rows. Rows are compared by the content that is read, after cleaning.",
    allowable: false,
  },
};

/** Error codes of students. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** The data of each code. */
export interface StudentsCodeData {
  "student-size": { readonly twice: boolean };
}

export const studentsCodes: CodeTable<StudentsCodeData> = {
  "student-size": {
    severity: "error",
    message: (d) => (d.twice ? "a `base` already has a size" : "the size of the student is missing"),
    help: (d) =>
      d.twice
        ? "remove `base`, or `layers` and `hidden`"
        : 'write `student(layers: 3)`, or a base: `student(base: "…")`',
    explain:
      "A student is made from its teacher's blocks (`layers`, `hidden`), or starts from a smaller base (`base`).",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\nrecipe r { epochs: 1 }\ntrain m on d with r\ncompress m on d with r as s { distill: student }',
  },
};

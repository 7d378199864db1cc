import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** The data of each code. */
export interface ClassErrorCodeData {
  "class-unknown": {
    readonly file: string;
    readonly column: string;
    readonly row: number;
    readonly value: string;
    readonly classes: number;
  };
}
export const classErrorCodes: CodeTable<ClassErrorCodeData> = {
  "class-unknown": {
    severity: "error",
    message: (d) =>
      `row ${d.row} of ${d.file} has the class ${d.value} in "${d.column}", which has only ${d.classes} classes`,
    help: (d) => `use numbers from 0 to ${d.classes - 1}; fix the file, or the names in the data set's README.md`,
    explain:
      "A data set's README.md (`dataset_info`) names the classes of a numeric column. A number without a name, or a text that matches no name, is not a class. -1 means no class.",
  },
};

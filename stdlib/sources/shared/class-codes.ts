import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** The data of each code. */
export interface ClassCodeData {
  "class-unknown": {
    readonly file: string;
    readonly column: string;
    readonly row: number;
    readonly value: string;
    readonly classes: number;
  };
}
export const classCodes: CodeTable<ClassCodeData> = {
  "class-unknown": {
    severity: "error",
    message: (d) => `row ${d.row} of ${d.file} has ${d.value} in "${d.column}", which has ${d.classes} classes`,
    help: (d) =>
      `classes are numbered from 0 to ${d.classes - 1}; mend the file, or the names in the data set's README.md`,
    explain:
      "A data set's README.md (`dataset_info`) names the classes of a column that holds their numbers. A number that has no name, and a text that is none of the names, is no class of it. -1 stands for none.",
  },
};

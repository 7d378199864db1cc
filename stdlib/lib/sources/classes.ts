/** Numbers of classes as the names that a data set gives them. */
import { registerCodes } from "#dsl/diagnostics/codes.js";
import { CodedError } from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "class-unknown": {
      readonly file: string;
      readonly column: string;
      readonly row: number;
      readonly value: string;
      readonly classes: number;
    };
  }
}
registerCodes({
  "class-unknown": {
    severity: "error",
    message: (d) => `row ${d.row} of ${d.file} has ${d.value} in "${d.column}", which has ${d.classes} classes`,
    help: (d) =>
      `classes are numbered from 0 to ${d.classes - 1}; mend the file, or the names in the data set's README.md`,
    explain:
      "A data set's README.md (`dataset_info`) names the classes of a column that holds their numbers. A number that has no name, and a text that is none of the names, is no class of it. -1 stands for none.",
  },
});

type Columns = ReadonlyMap<string, readonly unknown[]>;

/** `before`: rows that came earlier. Coded error `class-unknown`. */
export function namedClasses(
  columns: Columns,
  classes: Readonly<Record<string, readonly string[]>>,
  { file, before }: { readonly file: string; readonly before: number },
): Columns {
  if (Object.keys(classes).length === 0) return columns;
  return new Map(
    [...columns].map(([column, values]) => {
      const names = Object.hasOwn(classes, column) ? classes[column] : undefined;
      if (!names) return [column, values];
      const named = (value: unknown, row: number): unknown => {
        if (Array.isArray(value)) return value.map((one) => named(one, row));
        if (
          value === null ||
          value === undefined ||
          value === "" ||
          (typeof value === "string" && names.includes(value))
        )
          return value;
        const number = typeof value === "number" || typeof value === "string" ? Number(value) : NaN;
        if (number === -1) return null;
        const name = names[number];
        if (name === undefined)
          throw new CodedError("class-unknown", {
            ...{ file, column, row: before + row + 1, classes: names.length },
            value: JSON.stringify(value) ?? "nothing",
          });
        return name;
      };
      return [column, values.map(named)];
    }),
  );
}

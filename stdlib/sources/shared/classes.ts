/** Replaces class numbers by the names that the data set declares. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

type Columns = ReadonlyMap<string, readonly unknown[]>;

/** `before`: number of rows before these. Coded error `class-unknown`. */
export function replaceClassNumbersWithNames(
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
            file,
            column,
            row: before + row + 1,
            classes: names.length,
            value: JSON.stringify(value) ?? "nothing",
          });
        return name;
      };
      return [column, values.map(named)];
    }),
  );
}

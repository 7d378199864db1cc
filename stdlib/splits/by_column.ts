import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "split",
  name: "by_column",
  doc: "The column says to which split a row belongs.",
  example: "split: by_column(part, rename: { dev: validation })",
  elsewhere: { column: "by_column", predefined: "by_column", from_column: "by_column" },
  parameters: [
    {
      name: "column",
      type: { is: "column" },
      doc: "The column with the names of the splits.",
      positional: true,
      required: true,
      why: "The file says it.",
      impact: "high",
    },
    {
      name: "rename",
      type: { is: "record", of: { is: "text" } },
      doc: "Other names for the values in that column; two values may become one split. Files often say `dev` or `val` where training looks for `validation`.",
      default: { value: { record: {} } },
      why: "Values are names of splits unless they are renamed.",
      impact: "low",
    },
  ],
  capabilities: { namedByData: true },
  load: async () => (await import("./by_column.run.js")).byColumn,
});

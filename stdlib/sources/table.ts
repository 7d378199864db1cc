import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "source",
  name: "table",
  doc: "A TypeScript value: an arquero table or an array of objects. `source: $rows` is short for `source: table($rows)`.",
  example: "source: $rows",
  capabilities: { takesLiveValue: true },
  parameters: [
    {
      name: "of",
      type: { is: "reference" },
      doc: "The name of the value.",
      positional: true,
      required: true,
      why: "It is read when the statement runs.",
      impact: "high",
    },
  ],
  load: async () => (await import("./table.run.js")).table,
});

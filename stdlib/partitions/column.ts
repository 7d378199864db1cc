import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "partition",
  name: "column",
  doc: "A client for each value of a column, with all rows that have it: as the data are where each customer, site or device keeps its own.",
  example: "clients: column(customer)",
  since: "0.2.0",
  elsewhere: {
    ...{
      NaturalIdPartitioner: "column",
      GroupedNaturalIdPartitioner: "column",
      natural_id: "column",
      natural: "column",
    },
    ...{ by_column: "column", by: "column", partition_by: "column" },
  },
  advice: { group_size: "make a column that has one value for several of them" },
  capabilities: { clients: () => null, by: (call) => ({ column: call.arguments.column }) },
  parameters: [
    {
      name: "column",
      type: { is: "column" },
      doc: "The column whose values are the clients' names.",
      positional: true,
      required: true,
      why: "Who has which rows is rarely by chance: where the data say it, nothing needs to be drawn.",
      impact: "high",
    },
  ],
  load: async () => (await import("./column.run.js")).column,
});

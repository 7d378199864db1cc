import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "partition",
  name: "by_column",
  doc: "A client for each value of a column, with all rows that have it: as the data are where each customer, site or device keeps its own.",
  example: "clients: by_column(customer)",
  elsewhere: {
    NaturalIdPartitioner: "by_column",
    GroupedNaturalIdPartitioner: "by_column",
    natural_id: "by_column",
    natural: "by_column",
    column: "by_column",
    by: "by_column",
    partition_by: "by_column",
  },
  advice: { group_size: "make a column that has one value for several of them" },
  capabilities: { clientCount: () => null, partitionedBy: (call) => ({ column: call.arguments.column }) },
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
  load: async () => (await import("./by_column.run.js")).byColumn,
});

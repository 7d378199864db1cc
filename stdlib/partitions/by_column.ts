import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "partition",
  name: "by_column",
  doc: "A client for each value of a column, with all rows that have it: as if each customer, site or device had its own data.",
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
  advice: { group_size: "make a column that has the same value for several of them" },
  capabilities: { clientCount: () => null, partitionedBy: (call) => ({ column: call.arguments.column }) },
  parameters: [
    {
      name: "column",
      type: { is: "column" },
      doc: "The column with the clients' names.",
      positional: true,
      required: true,
      why: "Clients seldom have random rows: if the data name their owners, no simulation is needed.",
      impact: "high",
    },
  ],
  load: async () => (await import("./by_column.run.js")).byColumn,
});

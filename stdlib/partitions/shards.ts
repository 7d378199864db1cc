import { defineWord } from "#dsl/language/types/define.js";
import {
  partitionAdvice,
  byColumnParameter,
  partitionColumn,
  clientsParameter,
  partitionParameterAliases,
} from "./shared/parameters.js";

export const word = defineWord({
  kind: "partition",
  name: "shards",
  doc: "Sorts rows by label, cuts them into shards of the same size and gives each client some at random: most clients have only a few labels, and all have the same number of rows.",
  example: "clients: shards(10, by: team, each: 2)",
  references: [
    {
      title: "Communication-Efficient Learning of Deep Networks from Decentralized Data",
      by: "McMahan et al.",
      year: 2017,
      url: "https://arxiv.org/abs/1602.05629",
    },
  ],
  elsewhere: {
    ShardPartitioner: "shards",
    PathologicalPartitioner: "shards",
    pathological: "shards",
    pat: "shards",
    num_shards_per_partition: "each",
    num_classes_per_partition: "each",
    shards_per_client: "each",
    ...partitionParameterAliases,
  },
  advice: partitionAdvice,
  capabilities: {
    clientCount: (call) => call.arguments.clients,
    partitionedBy: (call) => partitionColumn(call.arguments),
    minRows: (call) => call.arguments.each,
  },
  parameters: [
    clientsParameter,
    byColumnParameter,
    {
      name: "each",
      type: { is: "number", integer: true },
      doc: "Shards per client. More shards make clients more similar.",
      range: { min: 1, max: 1000 },
      default: { value: 2 },
      why: "With two shards most clients have two labels, as in the paper.",
      impact: "high",
    },
  ],
  load: async () => (await import("./shards.run.js")).shardsPartition,
});

import { defineWord } from "#dsl/language/types/define.js";
import { partitionAdvice, clientsParameter, partitionParameterAliases } from "./shared/parameters.js";

export const word = defineWord({
  kind: "partition",
  name: "even",
  doc: "Gives all clients the same number of rows, drawn at random: clients have similar data, a baseline for uneven partitions.",
  example: "clients: even(10)",
  elsewhere: {
    IidPartitioner: "even",
    iid: "even",
    IID: "even",
    homo: "even",
    uniform: "even",
    ...partitionParameterAliases,
  },
  advice: partitionAdvice,
  capabilities: { clientCount: (call) => call.arguments.clients },
  parameters: [clientsParameter],
  load: async () => (await import("./even.run.js")).evenPartition,
});

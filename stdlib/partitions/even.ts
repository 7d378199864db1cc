import { defineWord } from "#dsl/language/types/define.js";
import { partitionAdvice, clientsParameter, partitionParameterAliases } from "./shared/parameters.js";

export const word = defineWord({
  kind: "partition",
  name: "even",
  doc: "Gives each client as many rows as the others, drawn at random from all: clients' data are alike, which is what uneven ones are compared with.",
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
  load: async () => (await import("./even.run.js")).even,
});

import { defineWord } from "#dsl/language/types/define.js";
import {
  partitionAdvice,
  alphaParameter,
  clientsParameter,
  drawnPartitionParameterAliases,
  leastRowsParameter,
} from "./shared/parameters.js";

export const word = defineWord({
  kind: "partition",
  name: "quantity",
  doc: "Gives clients different numbers of rows, drawn at random: their shares are drawn from a Dirichlet distribution, their labels are similar.",
  example: "clients: quantity(10, alpha: 0.5)",
  references: [
    {
      title: "Federated Learning on Non-IID Data Silos: An Experimental Study",
      by: "Li et al.",
      year: 2022,
      url: "https://arxiv.org/abs/2102.02079",
    },
  ],
  elsewhere: {
    SizePartitioner: "quantity",
    LinearPartitioner: "quantity",
    SquarePartitioner: "quantity",
    ExponentialPartitioner: "quantity",
    quantity_skew: "quantity",
    iid_diff_quantity: "quantity",
    ...drawnPartitionParameterAliases,
  },
  advice: partitionAdvice,
  capabilities: { clientCount: (call) => call.arguments.clients, minRows: (call) => call.arguments.least },
  parameters: [clientsParameter, alphaParameter("the fewer clients have most of the rows"), leastRowsParameter],
  load: async () => (await import("./quantity.run.js")).quantityPartition,
});

import { defineWord } from "#dsl/language/types/define.js";
import { advice, alpha, clients, elsewhereDrawn, least } from "./shared/parameters.js";

export const word = defineWord({
  kind: "partition",
  name: "quantity",
  doc: "Gives clients different numbers of rows, drawn at random from all: their shares are drawn from a Dirichlet distribution, labels are alike.",
  example: "clients: quantity(10, alpha: 0.5)",
  references: [
    {
      title: "Federated Learning on Non-IID Data Silos: An Experimental Study",
      by: "Li et al.",
      year: 2022,
      at: "https://arxiv.org/abs/2102.02079",
    },
  ],
  elsewhere: {
    SizePartitioner: "quantity",
    LinearPartitioner: "quantity",
    SquarePartitioner: "quantity",
    ExponentialPartitioner: "quantity",
    quantity_skew: "quantity",
    iid_diff_quantity: "quantity",
    ...elsewhereDrawn,
  },
  advice,
  capabilities: { clients: (call) => call.arguments.clients, least: (call) => call.arguments.least },
  parameters: [clients, alpha("the fewer clients have most of the rows"), least],
  load: async () => (await import("./quantity.run.js")).quantity,
});

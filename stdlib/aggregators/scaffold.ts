import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "aggregator",
  name: "scaffold",
  doc: "Clients correct their steps by the difference between all clients' gradients and their own: c − c_i is added to the gradients, where c_i is the mean gradient of the client's last round and c the mean of all clients weighted by rows. Twice as much data is sent.",
  example: "aggregate: scaffold",
  references: [
    {
      title: "SCAFFOLD: Stochastic Controlled Averaging for Federated Learning",
      by: "Karimireddy et al.",
      year: 2020,
      url: "https://arxiv.org/abs/1910.06378",
    },
  ],
  elsewhere: {
    SCAFFOLD: "scaffold",
    Scaffold: "scaffold",
    eta_g: "learning_rate",
    global_lr: "learning_rate",
    server_learning_rate: "learning_rate",
  },
  notes: [
    "With steps of plain `sgd` c_i is that of the paper's option II; with any other optimizer it is the mean of gradients all the same, before they are clipped.",
    "Clients keep c_i between rounds: a client that rarely takes part is corrected by an old value.",
  ],
  capabilities: { clientsKeepState: true, extraVectors: 1 },
  parameters: [
    {
      name: "learning_rate",
      type: { is: "number" },
      doc: "Factor for the clients' mean update (η_g).",
      range: { min: 0, exclusive: true },
      default: { value: 1 },
      why: "The paper's experiments use 1: the weights become the clients' mean.",
      impact: "medium",
    },
  ],
  load: async () => (await import("./scaffold.run.js")).scaffold,
});

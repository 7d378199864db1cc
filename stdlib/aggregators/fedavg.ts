import { defineWord } from "#dsl/language/types/define.js";
import type { AggregatorImplementation } from "./kind.js";

const ofClients =
  "remove it, and set the noise in `privacy` next to `aggregate`: `privacy: differential(8, unit: client)`, where `clip` is the norm to which updates are clipped";

export const word = defineWord({
  kind: "aggregator",
  name: "fedavg",
  doc: "The mean of the clients' updates, each counted by its rows, is added to the weights.",
  example: "aggregate: fedavg",
  references: [
    {
      title: "Communication-Efficient Learning of Deep Networks from Decentralized Data",
      by: "McMahan et al.",
      year: 2017,
      url: "https://arxiv.org/abs/1602.05629",
    },
  ],
  elsewhere: { FedAvg: "fedavg", FederatedAveraging: "fedavg", federated_averaging: "fedavg", mean: "fedavg" },
  advice: {
    FedAvgM: "write `fedadam`: its `beta_1` is the server's momentum",
    fedavgm: "write `fedadam`: its `beta_1` is the server's momentum",
    ...Object.fromEntries(
      [...["ServerSide", "ClientSide"].flatMap((side) => [`${side}Fixed`, `${side}Adaptive`])].map((how) => [
        `DifferentialPrivacy${how}Clipping`,
        ofClients,
      ]),
    ),
    DPFedAvgFixed: ofClients,
    DPFedAvgAdaptive: ofClients,
    DPFedAvg: ofClients,
    dp_fedavg: ofClients,
  },
  parameters: [],
  load: () => Promise.resolve(fedavg),
});

/** The mean weighted by rows, without changes. */
const fedavg: AggregatorImplementation = {};

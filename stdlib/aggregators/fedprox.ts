import { defineWord } from "#dsl/language/types/define.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { AggregatorImplementation } from "./kind.js";
import { quadraticPenalty } from "../strategies/shared/penalty.js";

export const word = defineWord({
  kind: "aggregator",
  name: "fedprox",
  doc: "`fedavg` with clients kept near the weights they started the round with: (mu / 2) · Σ (w − w_server)² is added to their loss, so that clients with different data do not drift apart.",
  example: "aggregate: fedprox(mu: 0.01)",
  references: [
    {
      title: "Federated Optimization in Heterogeneous Networks",
      by: "Li et al.",
      year: 2020,
      url: "https://arxiv.org/abs/1812.06127",
    },
  ],
  elsewhere: { FedProx: "fedprox", proximal_mu: "mu", proximal: "fedprox", proximal_term: "mu" },
  parameters: [
    {
      name: "mu",
      type: { is: "number" },
      doc: "Weight of this distance in the clients' loss.",
      range: { min: 0, exclusive: true },
      positional: true,
      default: { value: 0.01 },
      why: "A small penalty: with much more, clients learn little in a round; with much less it is `fedavg`.",
      impact: "high",
    },
  ],
  load: () => Promise.resolve(fedprox),
});

/** Penalty on the distance to the server's weights: `fedprox.anchor/<name>`. */
const ANCHOR = "fedprox.anchor/";

const fedprox: AggregatorImplementation = {
  local: {
    strategy: {
      states: [ANCHOR],
      anchors: [ANCHOR],
      terms: (call) => [quadraticPenalty({ factor: argumentsWithDefaults(word, call).mu, anchor: ANCHOR })],
    },
    keeps: [],
    sent: [],
    initialStates: (_call, { weights }) => ({ [ANCHOR]: Float64Array.from(weights) }),
    after: () => ({ saved: {}, given: {} }),
  },
};

import { defineWord } from "#dsl/language/types/define.js";
import { minimumUpdatesForKrum, krumScores } from "./shared/nearest-updates.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { AggregatorImplementation } from "./kind.js";
import { meanWeightedByRows } from "./shared/mean.js";

export const word = defineWord({
  kind: "aggregator",
  name: "krum",
  doc: "Keeps the updates closest to most others and takes their mean weighted by rows: an update is ranked by the sum of squared distances to its n − byzantine − 2 nearest of n.",
  example: "aggregate: krum(byzantine: 1, keep: 3)",
  references: [
    {
      title: "Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent",
      by: "Blanchard et al.",
      year: 2017,
      url: "https://arxiv.org/abs/1703.02757",
    },
  ],
  elsewhere: {
    Krum: "krum",
    MultiKrum: "krum",
    multi_krum: "krum",
    multikrum: "krum",
    num_malicious_nodes: "byzantine",
    num_malicious_clients: "byzantine",
    f: "byzantine",
    malicious: "byzantine",
    num_nodes_to_select: "keep",
    num_clients_to_keep: "keep",
    m: "keep",
    to_keep: "keep",
  },
  notes: ["It sees each client's update: secure aggregation, which shows their sum alone, doesn't go with it."],
  capabilities: { needsSingleUpdates: true, minClients: (call) => minimumUpdatesForKrum(call.arguments) },
  parameters: [
    {
      name: "byzantine",
      type: { is: "number", integer: true },
      doc: "Number of clients that may send arbitrary updates. A round needs more than twice as many plus two. If all clients are trusted, `fedavg` learns from all of them.",
      range: { min: 0 },
      default: { value: 1 },
      why: "One is the fewest that Krum protects against.",
      impact: "high",
    },
    {
      name: "keep",
      type: { is: "number", integer: true },
      doc: "Number of updates to keep: one is Krum, several are Multi-Krum. The mean of several learns faster.",
      range: { min: 1 },
      default: { value: 1 },
      why: "Krum as published keeps one update, the most robust choice.",
      impact: "high",
    },
  ],
  load: () => Promise.resolve(krum),
});

const krum: AggregatorImplementation = {
  combine(call, updates) {
    const { byzantine, keep } = argumentsWithDefaults(word, call);
    const least = minimumUpdatesForKrum({ byzantine, keep });
    if (updates.length < least)
      throw new CodedError("too-few-updates", { aggregator: "krum", updates: updates.length, least });
    const scores = krumScores(updates, updates.length - byzantine - 2);
    const order = updates
      .map((_, k) => k)
      .sort((a, b) => scores[a]! - scores[b]! || earlier(updates[a]!.delta, updates[b]!.delta));
    return meanWeightedByRows(order.slice(0, keep).map((k) => updates[k]!));
  },
};

/** Breaks ties in the score by the first differing value, because the order in which updates arrived is arbitrary. */
function earlier(one: Float32Array, other: Float32Array): number {
  const index = one.findIndex((value, k) => value !== other[k]);
  return index < 0 ? 0 : one[index]! - other[index]!;
}

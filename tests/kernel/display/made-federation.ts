/** Made-up federations for display tests: clients that differ in their label distributions, round by round. */
import { clientScoresView } from "#kernel/display/federation/client-scores.js";
import { clientDriftView } from "#kernel/display/federation/drift.js";
import { clientLabelsView } from "#kernel/display/federation/labels.js";
import { lowestScoringClientsView, roundsView } from "#kernel/display/federation/tables.js";
import type { FederationViewData } from "#kernel/display/federation/view.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { DisplayOutput } from "#kernel/display/html.js";

/** Returns a deterministic pseudo-random number in [0, 1) for the given numbers. */
const hashed = (...of: readonly number[]): number => {
  const x = Math.sin(of.reduce((sum, value, i) => sum + value * (12.9898 + 65.12 * i), 1)) * 43758.5453;
  return x - Math.floor(x);
};

export function madeFederation(o: {
  readonly clients: number;
  readonly labels: readonly string[];
  readonly rounds: number;
  readonly of?: number;
  readonly personal?: boolean;
  readonly masked?: boolean;
}): FederationViewData {
  const clients = Array.from({ length: o.clients }, (_, i) => {
    const labels = o.labels.map((_, k) => Math.floor(220 * hashed(i, k) ** 6));
    return { name: String(i + 1), labels, rows: labels.reduce((a, b) => a + b, 0) };
  });
  const scores = (round: number, more: number): Record<string, number> =>
    Object.fromEntries(
      clients.map(({ name }, i) => [
        name,
        Math.min(0.99, 0.9 - 0.6 / (round + 1) - 0.3 * hashed(i, 9) ** 2 + more + 0.03 * hashed(i, round)),
      ]),
    );
  return {
    name: "drill",
    metric: "accuracy",
    better: 1,
    clients,
    labels: o.labels,
    totalRounds: o.of ?? o.rounds,
    rounds: Array.from({ length: o.rounds }, (_, r) => {
      const lost = clients.filter((_, i) => hashed(r, i, 3) < 0.2).map(({ name }) => name);
      const answered = clients.filter(({ name }) => !lost.includes(name));
      return {
        round: r + 1,
        lost,
        sent: 91_000 * clients.length,
        received: 91_000 * answered.length,
        clients: answered.map(({ name, rows }, i) => ({
          name,
          rows,
          loss: 1.4 / (r + 1) + 0.2 * hashed(i, r),
          ...(!o.masked && {
            norm: 0.8 / Math.sqrt(r + 1) + 0.3 * hashed(i, r, 5),
            cosine: 0.85 - 0.8 * hashed(i, r, 7),
          }),
        })),
        score: 0.88 - 0.6 / (r + 1.3),
        scores: scores(r + 1, 0),
        ...(o.personal === true && { personal: scores(r + 1, 0.09) }),
      };
    }),
  };
}

export function federationGallery(): Readonly<Record<string, DisplayOutput>> {
  const teams = ["billing", "shipping", "<b>technical</b>", "sales"];
  const drill = madeFederation({ clients: 10, labels: teams, rounds: 12, of: 20 });
  const many = madeFederation({
    clients: 24,
    labels: Array.from({ length: 18 }, (_, i) => `intent ${String(i + 1)}`),
    rounds: 60,
    personal: true,
  });
  return {
    "federation-labels": mustExist(clientLabelsView(drill), "labels"),
    "federation-bubbles": mustExist(clientLabelsView(many), "labels"),
    "federation-scores": mustExist(clientScoresView(drill, "scores"), "scores"),
    "federation-personal": mustExist(clientScoresView(many), "scores"),
    "federation-first": mustExist(clientScoresView({ ...drill, rounds: drill.rounds.slice(0, 1) }), "scores"),
    "federation-drift": mustExist(clientDriftView(drill), "drift"),
    "federation-rounds": roundsView(drill, "rounds"),
    "federation-many-rounds": roundsView(many),
    "federation-clients": mustExist(lowestScoringClientsView(drill), "clients"),
    "federation-own-heads": mustExist(lowestScoringClientsView(many), "clients"),
  };
}

/** Lines of a federation's plan: who its clients are, what is done with what they send, and how much that is. */
import type { Plan } from "#dsl/plan/plan.js";
import { bytes, count, percent, plural } from "../text.js";
import { callText } from "../value-text.js";

export function federationFacts({ recipe, effects, estimates }: Plan): [string, string, string][] {
  const { federated, data } = recipe;
  if (!federated) return [];
  const { clients, others, joined, participation, stragglers, aggregate, secure_aggregation, compression } = federated;
  const each = typeof participation === "number" ? count(participation) : percent(participation.share, 0);
  const all = typeof participation !== "number" && participation.share === 1;
  const asked = all ? "all of them in each round" : `${each} of them in each round`;
  const lost = stragglers > 0 ? `, ${percent(stragglers, 0)} of these lost before they answer` : "";
  const travels = 4 * (estimates.trainable - (estimates.personal ?? 0));
  const who =
    joined !== undefined
      ? `${count(joined)} join`
      : clients
        ? callText(clients)
        : `${count(others.length + 1)}, each with data of its own`;
  return [
    [
      "clients",
      who,
      `${asked}${lost}${effects.runner && joined === undefined ? "; each a process of this machine" : ""}`,
    ],
    ...(joined === undefined
      ? []
      : [["", `the rows of ${data.name} validate`, "and train nothing"] as [string, string, string]]),
    ...(effects.runner
      ? [["runner", callText(effects.runner), "carries what is said between them"] as [string, string, string]]
      : []),
    ["aggregate", callText(aggregate), "what becomes of the clients' updates"],
    ...(secure_aggregation
      ? [["secure aggregation", "on", "the server sees sums of updates alone"] as [string, string, string]]
      : []),
    [
      "travels",
      `${bytes(travels)} to a client and back`,
      `what trains${estimates.personal === undefined ? "" : " but the head"}, in each round${compression.length > 0 ? `; back by ${compression.map(callText).join(", ")}` : ""}`,
    ],
    ...(estimates.personal === undefined
      ? []
      : [
          ["stays", `${count(estimates.personal)} values`, "the head: each client trains its own and sends none"] as [
            string,
            string,
            string,
          ],
        ]),
  ];
}

/** What a client does in a round. `size`: of its updates; `rows`: of all clients together. */
export function roundsText({ recipe: { training }, estimates }: Plan, size: string, rows: string): string {
  const each =
    training.epochs === null
      ? `${plural(training.steps ?? 1, "step")} of a client`
      : `${plural(training.epochs, "epoch")} of a client's rows`;
  return `in each: ${each}, ${size}${estimates.elsewhere ? "" : `; ${rows} in all`}`;
}

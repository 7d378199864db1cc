/** Lines of a federation's plan: its clients, the aggregation of their updates, and the traffic. */
import type { FederatedPlan, Plan } from "#dsl/compiler/plan/plan.js";
import { stragglerCount, participantCount } from "#dsl/compiler/drafts/clients.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { AggregatorCapabilities, PartitionCapabilities } from "#dsl/language/types/capabilities/federation.js";
import { registry } from "#stdlib/registry.js";
import { byteSizeText, groupedNumber, formatPercent, plural, callText } from "../../host/value-text.js";

/** Returns the number of clients; null if a column determines it. */
export function clientCount({ clients, others, joined }: FederatedPlan): number | null {
  const parted = clients && registry.find("partition", clients.word)?.capabilities?.clientCount(clients);
  return joined ?? (clients ? (parted ?? null) : others.length + 1);
}

export function federationFacts({ recipe, effects, estimates }: Plan): [string, string, string][] {
  const { federated, data } = recipe;
  if (!federated) return [];
  const { clients, others, joined, participation, stragglers, aggregate, secure_aggregation, compression } = federated;
  const named = clientCount(federated);
  const most = named ?? Number.POSITIVE_INFINITY;
  const each =
    typeof participation === "number"
      ? groupedNumber(Math.min(participation, most))
      : formatPercent(participation.share, 0);
  const all = typeof participation === "number" ? participation >= most : participation.share === 1;
  const participationText = all ? "all of them in each round" : `${each} of them in each round`;
  const lost = stragglers > 0 ? `, ${lostText(recipe, others.length + 1)}` : "";
  const travels = 4 * (estimates.trainable - (estimates.personal ?? 0));
  const capabilities: AggregatorCapabilities | undefined = registry.find("aggregator", aggregate.word)?.capabilities;
  const beside = capabilities?.extraVectors ?? 0;
  const who =
    joined !== undefined
      ? `${groupedNumber(joined)} join`
      : clients
        ? callText(clients)
        : `${groupedNumber(others.length + 1)}, each with its own data`;
  return [
    [
      "clients",
      who,
      `${participationText}${lost}${effects.runner && joined === undefined ? "; each a process of this machine" : ""}`,
    ],
    ...(joined === undefined
      ? []
      : [["", `the rows of ${data.name} validate`, "and train nothing"] as [string, string, string]]),
    ...(effects.runner
      ? [["runner", callText(effects.runner), "transport between them"] as [string, string, string]]
      : []),
    ["aggregate", callText(aggregate), "how the clients' updates are combined"],
    ...(secure_aggregation
      ? [["secure aggregation", "on", "the server sees sums of updates alone"] as [string, string, string]]
      : []),
    [
      "travels",
      `${byteSizeText(travels * (1 + beside))} to a client and back`,
      [
        `what trains${estimates.personal === undefined ? "" : " but the head"}${beside > 0 ? `, and ${byteSizeText(travels * beside)} of ${aggregate.word} beside it` : ""}, in each round`,
        ...(compression.length > 0
          ? [
              `back by ${compression.map(callText).join(", ")}${beside > 0 ? ", the additional state uncompressed" : ""}`,
            ]
          : []),
        ...(joined !== undefined && recipe.training.validate ? ["weights once more to each that validates"] : []),
        ...(secure_aggregation ? ["masked numbers come back in four or eight bytes each"] : []),
      ].join("; "),
    ],
    ...(estimates.personal === undefined
      ? []
      : [
          [
            "stays",
            `${groupedNumber(estimates.personal)} values`,
            "the head: each client trains its own and never sends it",
          ] as [string, string, string],
        ]),
  ];
}

/** Clients are lost as a whole, so with few clients the actual share differs. */
function lostText({ federated, training }: Plan["recipe"], datas: number): string {
  const { clients, stragglers, ...sampling } = mustExist(federated, "a federation");
  const share = formatPercent(stragglers, 0);
  if (training.privacy?.unit === "client") return `each of these fails with a probability of ${share}`;
  const partition: PartitionCapabilities | undefined = clients
    ? registry.find("partition", clients.word)?.capabilities
    : undefined;
  const all = clients ? (partition?.clientCount(clients) ?? null) : datas;
  if (all === null) return `${share} of these fail before they answer`;
  const participants = participantCount(sampling, all);
  const lost = stragglerCount({ stragglers }, participants);
  return `${groupedNumber(lost)} of ${groupedNumber(participants)} lost before ${lost === 1 ? "it answers" : "they answer"}`;
}

/** Describes a client's work per round. `size`: of its updates; `rows`: of all clients together. */
export function clientRoundWorkText({ recipe: { training }, estimates }: Plan, size: string, rows: string): string {
  const each =
    training.epochs === null
      ? `${plural(training.steps ?? 1, "step")} of a client`
      : `${plural(training.epochs, "epoch")} of a client's rows`;
  return `in each: ${each}, ${size}${estimates.elsewhere ? "" : `; ${rows} in all`}`;
}

/** What a federated training adds to a local one: clients, rounds, scores per client. */
import { mustExist, CodedError } from "#dsl/language/diagnostics/codes.js";
import { MIN_CLIENTS_TO_HIDE, participantCount } from "#dsl/compiler/drafts/clients.js";
import type { FederatedPlan, Plan } from "#dsl/compiler/plan/plan.js";
import type { AggregatorCapabilities } from "#dsl/language/types/capabilities/federation.js";
import { registry } from "#stdlib/registry.js";
import { FederationServer } from "../server.js";
import { loadFederationState } from "../state-file.js";
import { FederatedRounds, federationHook, type ScoresByClient } from "../rounds.js";
import { writeClientHeads } from "../../../runs/client-heads.js";
import { headsOfCheckpoint } from "./heads.js";
import { localMaskedSummer } from "../simulated/masked-clients.js";
import { encodeSplit } from "../../../data/encoding/encoded.js";
import { totalSteps } from "../../../training/steps.js";
import type { OpenTraining, StepProvider } from "../../../training-runs/step-provider.js";
import type { FederationSteps } from "./steps.js";
import { openRemoteFederation, type ClientListeners, type RemoteFederation } from "./remote-federation.js";
import type { ClientProcessJob } from "./join-child.js";
import { openLocalClients } from "./local-clients.js";
import { partsValidatorFor, type ValidationPart } from "../../../training-runs/validating.js";
import {
  readClientData,
  withoutTrainingSplit,
  type FederationClientData,
  type DataReadingContext,
} from "./client-data.js";

export interface Federation extends StepProvider {
  /** Writes each client's personal parameters after `round` into the run's folder. */
  keep(run: string, round: number): void;
  /** Closes the transport and ends started clients. `whole`: the training is complete. */
  end(whole: boolean): Promise<void>;
}
export interface FederationListeners extends ClientListeners {
  /** Receives the clients and all labels; for joining clients, before the first round. */
  readonly onClients: (clients: FederationClientData["each"], labels: readonly string[]) => void;
}

export function createFederation(
  session: DataReadingContext & { readonly engine: ClientProcessJob["engine"] },
  plan: Plan,
  hears: FederationListeners,
): Federation {
  let clients: Promise<FederationClientData> | null = null;
  let heads: FederationSteps["heads"];
  let led: RemoteFederation | null = null;
  const joined = plan.recipe.federated?.joined !== undefined;
  return {
    joins: async (ownData) => {
      if (joined) return ownData;
      clients ??= readClientData(plan, ownData, session);
      const { each, together } = await clients;
      hears.onClients(each, together.labels);
      return together;
    },
    learns: (all) => (joined ? withoutTrainingSplit(all) : all),
    attempt: (first, train) =>
      train(first, async (training) => {
        const named = await clients;
        if (plan.effects.runner) {
          led = await openRemoteFederation(plan, named, training, hears, {
            folder: session.hostContext.folder,
            engine: session.engine,
          });
          return led.steps;
        }
        const steps = await simulated(plan, mustExist(named, "clients"), training, hears.onClient);
        heads = steps.heads;
        return steps;
      }),
    keep(run, round) {
      if (heads) writeClientHeads(run, heads(round));
    },
    end: async (whole) => led?.end(whole),
  };
}

async function simulated(
  plan: Plan,
  { each, rest }: FederationClientData,
  { open, material, run, resume, wanted, signal }: OpenTraining,
  onClient: (done: number, total: number, round: number) => void,
): Promise<FederationSteps> {
  const done = resume?.position.step ?? 0;
  const federated = mustExist(plan.recipe.federated, "a federation");
  const { training } = plan.recipe;
  const { aggregate } = federated;
  demandEnough(federated, each.length, registry.find("aggregator", aggregate.word)?.capabilities);
  const savedState = done > 0 ? loadFederationState(run, done) : null;
  const here = await openLocalClients(plan, each, { open, material, before: run.everything(), savedState });
  const { aggregator, clients, encoded, weights, privacy, personal } = here;
  for (const [i, client] of clients.entries()) {
    const clientState = savedState?.clients.get(i);
    if (clientState) client.takeUp(clientState as Readonly<Record<string, Float32Array>>);
  }
  const server = new FederationServer({
    aggregator,
    rounds: federated.rounds,
    rows: clients.map(({ rows }) => rows),
    weights: (await weights.gather()).slice(),
    privacy: privacy?.clients,
    ...(federated.secure_aggregation && { summed: localMaskedSummer(signal) }),
    ...(savedState && { savedState: savedState.server as Readonly<Record<string, Float64Array>> }),
  });
  const rate = Number(training.optimizer.arguments["learning_rate"]);
  const steps = Math.max(...encoded.map(({ loader }) => totalSteps(plan, loader)));
  const rounds = new FederatedRounds(
    {
      plan: federated,
      seed: training.seed,
      server,
      clients,
      weights,
      onClient,
      signal,
      privacy: privacy?.clients,
      heads: personal?.heads,
      spent: privacy ? (answers) => privacy.spent([...answers.keys()]) : undefined,
      rate: (round) => rate * material.schedule.factor(training.schedule, round * steps, federated.rounds * steps),
    },
    done,
  );
  const heads = personal?.heads;
  let scores: ScoresByClient = {};
  let personalScores: ScoresByClient = {};
  const parts = encoded.flatMap(({ name, validation }, client): ValidationPart[] =>
    validation ? [{ name, rows: validation, swapIn: heads && (() => heads.into(client)) }] : [],
  );
  // Validation rows of clients without training rows.
  if (rest) {
    const rows = await encodeSplit(rest, { data: rest.name, split: "validation" }, material.encoding);
    parts.push({ name: null, rows });
  }
  const validate = await partsValidatorFor(wanted, material, open, {
    parts,
    onParts: (byClient, personally = {}) => ([scores, personalScores] = [byClient, personally]),
    common: heads && (() => heads.mean()),
  });
  const hook = federationHook({ rounds, scores: () => scores, personal: personal ? () => personalScores : undefined });
  return {
    source: rounds,
    hooks: [hook],
    validate: training.validate ? validate : null,
    heads: personal ? headsOfCheckpoint(run, personal, encoded) : undefined,
  };
}

/** If the partition column determines the clients, checks that there are enough. Coded error `clients-lacking`. */
function demandEnough(federated: FederatedPlan, clients: number, aggregator: AggregatorCapabilities | undefined): void {
  const { aggregate, secure_aggregation: secure } = federated;
  const needs = [
    { needs: clients < LEAST ? LEAST : 0, why: "a federation" },
    { needs: secure ? MIN_CLIENTS_TO_HIDE : 0, why: "secure aggregation" },
    { needs: aggregator?.minClients?.(aggregate) ?? 0, why: `\`${aggregate.word}\`` },
  ].find((one) => one.needs > participantCount(federated, clients));
  if (needs) throw new CodedError("clients-lacking", { clients: participantCount(federated, clients), ...needs });
}
const LEAST = 2;

/**
 * A federation with clients in other processes: the transport, the agreed terms, and this side's rounds, scores and
 * sums. Client rows are not in this process, unless the statement names their data: those are read for labels and
 * scores, as in a simulation, but only trained on by the client processes.
 */
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { type CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { federationTermsOf } from "#dsl/compiler/plan/terms.js";
import type { RemoteClients } from "../contract.js";
import { remoteMaskedSummer } from "../elsewhere/masked-remote-clients.js";
import { loadFederationState } from "../state-file.js";
import { FederatedRounds, federationHook, minResponsesOf } from "../rounds.js";
import { FederationServer } from "../server.js";
import { shapesOf, StateVector } from "../../../remote/process-group/state-vector.js";
import type { OpenTraining } from "../../../training-runs/step-provider.js";
import type { FederationSteps } from "./steps.js";
import type { FederationClientData } from "./client-data.js";
import { updateAggregationOf, type UpdateAggregation } from "./local-clients.js";
import { createRemoteValidation } from "./remote-scores.js";
import type { ClientProcessJob } from "./join-child.js";
import { startClients } from "./client-processes.js";
import { privacyOfRemoteFederation } from "./private.js";
import { federationAddressOf, openFlowerServerApp, clientsInDataOrder, expectedUpdateForm } from "./transport.js";

export interface ClientListeners {
  readonly onAgreed: (agreed: number, total: number) => void;
  readonly onJoined: (clients: readonly { readonly name: string; readonly rows: number }[]) => void;
  readonly onRefused: (error: CodedError) => void;
  readonly onClient: (done: number, total: number, round: number) => void;
}
export interface RemoteFederation {
  readonly steps: FederationSteps;
  /** Ends started clients and the transport. `whole`: the federation will not be resumed. */
  end(whole?: boolean): Promise<void>;
}

/**
 * `named`: clients whose data the statement names, in order; null if they join by themselves. Coded errors of the
 * transport.
 */
export async function openRemoteFederation(
  plan: Plan,
  named: FederationClientData | null,
  training: OpenTraining,
  hears: ClientListeners,
  starts: Pick<ClientProcessJob, "folder" | "engine">,
): Promise<RemoteFederation> {
  const { open, resume, signal } = training;
  const done = resume?.position.step ?? 0;
  const federated = mustExist(plan.recipe.federated, "a federation");
  const whole = planWithLabels(plan, training.material.labels);
  const gathering = await updateAggregationOf(plan);
  const count = named ? named.each.length : mustExist(federated.joined, "how many join");
  const place = await federationAddressOf(plan, starts.folder);
  const { superlink, plain, certificates = null } = place;
  const started =
    named &&
    startClients(
      {
        plan: whole,
        superlink,
        plain,
        certificates,
        ...starts,
        engine: { ...starts.engine, threads: threadsOf(plan, named.each.length) },
        // The privacy ledger of rows is for this run only and continues when it resumes; keys are not in any run's
        // folder.
        runs: join(dirname(training.run.path), ".clients", training.run.id),
      },
      named.each.map(({ name }) => name),
    );
  let carrier: RemoteClients | null = null;
  let rounds: FederatedRounds | null = null;
  const end = async (whole = false): Promise<void> => {
    await carrier?.close(whole ? undefined : rounds?.behind);
    await started?.end();
  };
  try {
    carrier = await openFlowerServerApp(place, started, {
      clients: count,
      expected: expectedUpdateForm(federated, gathering),
      ...hears,
      terms: { plan: federationTermsOf(whole), rounds: federated.rounds, clients: count, done },
      ...(signal && { signal }),
    });
    const all = named ? clientsInDataOrder(carrier, named) : carrier;
    hears.onJoined(all.clients.map(({ name, rows }) => ({ name, rows })));
    const weights = new StateVector(open.session, await shapesOf(open.session, open.states.trainable));
    const steps = await stepsWith(plan, { carrier: all, gathering, weights, named }, training, hears);
    rounds = steps.source;
    return { steps, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Threads of each started client: the machine's threads are divided among them. */
function threadsOf({ effects: { threads } }: Plan, clients: number): number {
  return threads ?? Math.max(1, Math.floor(availableParallelism() / clients));
}

/** Labels found in named data are sent to the clients as if the program listed them. */
export function planWithLabels(plan: Plan, labels: readonly string[]): Plan {
  const { recipe } = plan;
  const federated = mustExist(recipe.federated, "a federation");
  if (labels.length === 0) return plan;
  const others = federated.others.map((one) => ({ ...one, data: { ...one.data, labels } }));
  return { ...plan, recipe: { ...recipe, data: { ...recipe.data, labels }, federated: { ...federated, others } } };
}

interface Leads {
  readonly carrier: RemoteClients;
  readonly gathering: UpdateAggregation;
  readonly weights: StateVector;
  readonly named: FederationClientData | null;
}

async function stepsWith(
  plan: Plan,
  { carrier, gathering: { aggregator }, weights, named }: Leads,
  of: OpenTraining,
  { onClient }: Pick<ClientListeners, "onClient">,
): Promise<FederationSteps> {
  const { material, run, resume, signal } = of;
  const done = resume?.position.step ?? 0;
  const federated = mustExist(plan.recipe.federated, "a federation");
  const { training } = plan.recipe;
  const { clients } = carrier;
  const savedState = done > 0 ? loadFederationState(run, done) : null;
  const before = run.everything();
  const privacy = training.privacy && (await privacyOfRemoteFederation(training.privacy, clients.length, before));
  const server = new FederationServer({
    aggregator,
    rounds: federated.rounds,
    rows: clients.map(({ rows }) => rows),
    weights: (await weights.gather()).slice(),
    privacy: privacy?.clients,
    ...(federated.secure_aggregation && { summed: remoteMaskedSummer(clients, signal) }),
    ...(savedState && { savedState: savedState.server as Readonly<Record<string, Float64Array>> }),
  });
  const rate = Number(training.optimizer.arguments["learning_rate"]);
  const rounds = new FederatedRounds(
    {
      plan: federated,
      seed: training.seed,
      server,
      clients,
      carrier,
      weights,
      onClient,
      signal,
      privacy: privacy?.clients,
      spent: privacy?.spent,
      least: minResponsesOf(federated),
      rate: (round, steps) =>
        rate * material.schedule.factor(training.schedule, round * steps, federated.rounds * steps),
    },
    done,
  );
  const look = { rounds, server, total: federated.rounds };
  const { validate, scores } = await createRemoteValidation(plan, { ...of, named, clients, look });
  return { source: rounds, hooks: [federationHook({ rounds, scores })], validate };
}

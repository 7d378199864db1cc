/** Privacy of a federation: of participation, or of each row of a client; and its spent budget. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Plan, PrivacyPlan } from "#dsl/compiler/plan/plan.js";
import { registry } from "#stdlib/registry.js";
import type { PrivacyImplementation, NoisySampledSteps } from "#stdlib/privacies/kind.js";
import { loadImplementation } from "../../../host/load-implementation.js";
import type { DataLoader } from "../../../data/rows/loader.js";
import type { RunEvent } from "../../../events/events.js";
import type { EncodedRows } from "../../../data/encoding/encoded.js";
import { ClientPrivacy } from "../private.js";
import { totalSteps } from "../../../training/steps.js";
import { privacyUnitsOf, PrivateUpdates } from "../../../training/private/updates.js";
import type { OpenModel } from "../../../models/open-model.js";
import type { RoundAnswer } from "../contract.js";
import type { RoundsOptions } from "../rounds.js";

/** A client and its encoded rows. */
export interface ClientForPrivacy {
  readonly name: string;
  readonly rows: EncodedRows;
  readonly loader: DataLoader;
}
export interface FederatedPrivacy {
  /** Hides who takes part; absent for row-level privacy. */
  readonly clients?: ClientPrivacy;
  /** Private updates per client, by number; absent if updates are unchanged. */
  readonly updates?: readonly PrivateUpdates[];
  /** Privacy cost of one round per client, by number; absent for client-level privacy. */
  readonly rounds?: readonly NoisySampledSteps[];
  /** Records a round and its responding clients; returns the ε spent by the client that spent most. */
  readonly spent: (answering: readonly number[]) => number;
}

/**
 * `before`: events of the run, including rolled-back ones. Null if nothing is private. Coded error `privacy-refused`.
 */
export async function federatedPrivacy(
  plan: Plan,
  clients: readonly ClientForPrivacy[],
  { open, before }: { readonly open: OpenModel; readonly before: readonly RunEvent[] },
): Promise<FederatedPrivacy | null> {
  const { privacy } = plan.recipe.training;
  if (!privacy) return null;
  const accountant = await loadImplementation(privacy.call, "privacy");
  if (privacy.unit === "client") {
    const { noise, rate, call } = privacy;
    let steps = before.filter(({ kind }) => kind === "round").length;
    return {
      clients: new ClientPrivacy({ plan: privacy, clients: clients.length }),
      spent: () => accountant.spent(call, [{ noise, rate, steps: ++steps }]),
    };
  }
  return ofRows(plan, clients, { open, before, privacy, accountant });
}

/** Row-level privacy: each client has its own noise, by its number of rows. */
async function ofRows(
  plan: Plan,
  clients: readonly ClientForPrivacy[],
  options: {
    readonly open: OpenModel;
    readonly before: readonly RunEvent[];
    readonly privacy: PrivacyPlan;
    readonly accountant: PrivacyImplementation;
  },
): Promise<FederatedPrivacy> {
  const { open, before, privacy, accountant } = options;
  const programs = mustExist(open.learning.private, "the programs of private updates");
  const apart = programs.apart !== null;
  const all = clients.map((client) => {
    const units = privacyUnitsOf(client.rows);
    const inRound = totalSteps(plan, client.loader);
    return { client, units, inRound, own: ownOf(plan, privacy, { name: client.name, units: units.count, inRound }) };
  });
  if (apart && all.some(({ client, units }) => client.rows.lengths.length !== units.count))
    await open.session.add({ alone: programs.alone }, []);
  const updates = all.map(({ client: { loader }, units, own: clientPrivacy }) => {
    const batchSize = plan.recipe.training.batch_size;
    return new PrivateUpdates({ loader, units, privacy: clientPrivacy, apart, apply: programs.apply, batchSize });
  });
  const done = all.map(({ client: { name }, inRound }) => inRound * roundsOf(name, before));
  const spentBy = (i: number): number => {
    const { own: clientPrivacy } = mustExist(all[i], "a client");
    const steps = done[i] ?? 0;
    const sampled: NoisySampledSteps = { noise: clientPrivacy.noise, rate: clientPrivacy.rate, steps };
    return steps === 0 ? 0 : accountant.spent(clientPrivacy.call, [sampled]);
  };
  let most = Math.max(0, ...all.map((_, i) => spentBy(i)));
  return {
    updates,
    rounds: all.map(({ own: { noise, rate }, inRound }) => ({ noise, rate, steps: inRound })),
    spent(answering) {
      for (const i of answering) done[i] = (done[i] ?? 0) + mustExist(all[i], "a client").inRound;
      most = Math.max(most, ...answering.map(spentBy));
      return most;
    },
  };
}

/** The privacy guarantee for the rows of one client, over all rounds. */
function ownOf(
  plan: Plan,
  privacy: PrivacyPlan,
  { name, units, inRound }: { readonly name: string; readonly units: number; readonly inRound: number },
): PrivacyPlan {
  const { batch_size, accumulate } = plan.recipe.training;
  const rate = Math.min(1, (batch_size * accumulate) / Math.max(1, units));
  const steps = inRound * (plan.recipe.federated?.rounds ?? 1);
  const word = mustExist(registry.find("privacy", privacy.call.word)?.capabilities, "the settings of a privacy word");
  // With a fixed noise, clients with fewer rows than most get more of it, so that the guarantee holds for each.
  const promised = word.guarantee(privacy.call, { rate, steps, units, most: privacy.epsilon });
  if ("why" in promised)
    throw new CodedError("privacy-refused", { why: `of client ${name}: ${promised.why}`, instead: promised.instead });
  return { ...privacy, ...promised, rate, steps };
}

/** Rounds that a client responded in. */
function roundsOf(name: string, events: readonly RunEvent[]): number {
  return events.filter((event) => event.kind === "round" && event.clients.some((one) => one.name === name)).length;
}

/** Private participation uses the server's noise; row-level privacy uses each client's noise and its reported ε. */
export async function privacyOfRemoteFederation(
  privacy: PrivacyPlan,
  clients: number,
  before: readonly RunEvent[],
): Promise<{ readonly clients?: ClientPrivacy; readonly spent: NonNullable<RoundsOptions["spent"]> }> {
  if (privacy.unit === "row") {
    let most = before.reduce((all, one) => (one.kind === "step" ? Math.max(all, one.epsilon ?? 0) : all), 0);
    const ofRound = (answers: ReadonlyMap<number, RoundAnswer>): number =>
      Math.max(most, ...[...answers.values()].map(({ epsilon }) => epsilon ?? 0));
    return { spent: (answers) => (most = ofRound(answers)) };
  }
  const accountant = await loadImplementation(privacy.call, "privacy");
  const { noise, rate, call } = privacy;
  let steps = before.filter(({ kind }) => kind === "round").length;
  return {
    clients: new ClientPrivacy({ plan: privacy, clients }),
    spent: () => accountant.spent(call, [{ noise, rate, steps: ++steps }]),
  };
}

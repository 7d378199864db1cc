/** What of a federation stays private: who takes part, or each row of a client; and what is spent of it. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { PrivacyPlan } from "#dsl/compiler/plan/recipe.js";
import { registry } from "#stdlib/registry.js";
import type { PrivacyImplementation, SampledSteps } from "#stdlib/privacies/kind.js";
import { loadImplementation } from "../../../host/load-implementation.js";
import type { DataLoader } from "../../../data/rows/loader.js";
import type { RunEvent } from "../../../events/events.js";
import type { EncodedRows } from "../../../data/encoding/encoded.js";
import { ClientPrivacy } from "../private.js";
import { totalSteps } from "../../../training/steps.js";
import { privacyUnitsOf } from "../../../training/private/units.js";
import { PrivateUpdates } from "../../../training/private/updates.js";
import type { OpenModel } from "../../../models/open-model.js";

/** A client, as its rows are fed. */
export interface PrivateClient {
  readonly name: string;
  readonly rows: EncodedRows;
  readonly loader: DataLoader;
}
export interface FederatedPrivacy {
  /** Who takes part stays hidden; absent: rows of each client do. */
  readonly clients?: ClientPrivacy;
  /** Updates of each client, by its number; absent: they are as ever. */
  readonly updates?: readonly PrivateUpdates[];
  /** What one round of each client spends, by its number; absent: clients are private as a whole. */
  readonly rounds?: readonly SampledSteps[];
  /** One more round, and who answered in it: ε that is spent with it, of the client that spent most. */
  readonly spent: (answering: readonly number[]) => number;
}

/** `before`: events of the run, those too that it took back. Null: nothing is private. Coded error `privacy-refused`. */
export async function federatedPrivacy(
  plan: Plan,
  clients: readonly PrivateClient[],
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

/** Each client has noise of its own, by its rows. */
async function ofRows(
  plan: Plan,
  clients: readonly PrivateClient[],
  options: {
    readonly open: OpenModel;
    readonly before: readonly RunEvent[];
    readonly privacy: PrivacyPlan;
    readonly accountant: PrivacyImplementation;
  },
): Promise<FederatedPrivacy> {
  const { open, before, privacy, accountant } = options;
  const programs = must(open.learning.private, "the programs of private updates");
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
    const { own: clientPrivacy } = must(all[i], "a client");
    const steps = done[i] ?? 0;
    const sampled: SampledSteps = { noise: clientPrivacy.noise, rate: clientPrivacy.rate, steps };
    return steps === 0 ? 0 : accountant.spent(clientPrivacy.call, [sampled]);
  };
  let most = Math.max(0, ...all.map((_, i) => spentBy(i)));
  return {
    updates,
    rounds: all.map(({ own: { noise, rate }, inRound }) => ({ noise, rate, steps: inRound })),
    spent(answering) {
      for (const i of answering) done[i] = (done[i] ?? 0) + must(all[i], "a client").inRound;
      most = Math.max(most, ...answering.map(spentBy));
      return most;
    },
  };
}

/** What is promised of the rows of one client, over all rounds. */
function ownOf(
  plan: Plan,
  privacy: PrivacyPlan,
  { name, units, inRound }: { readonly name: string; readonly units: number; readonly inRound: number },
): PrivacyPlan {
  const { batch_size, accumulate } = plan.recipe.training;
  const rate = Math.min(1, (batch_size * accumulate) / Math.max(1, units));
  const steps = inRound * (plan.recipe.federated?.rounds ?? 1);
  const word = must(registry.find("privacy", privacy.call.word)?.capabilities, "what a word of privacy says");
  // With written noise, clients with fewer rows than most have more, so that what is promised holds for each.
  const promised = word.promises(privacy.call, { rate, steps, units, most: privacy.epsilon });
  if ("why" in promised)
    throw new CodedError("privacy-refused", { why: `of client ${name}: ${promised.why}`, instead: promised.instead });
  return { ...privacy, ...promised, rate, steps };
}

/** Rounds that a client answered in. */
function roundsOf(name: string, events: readonly RunEvent[]): number {
  return events.filter((event) => event.kind === "round" && event.clients.some((one) => one.name === name)).length;
}

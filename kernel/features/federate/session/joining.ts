/**
 * Makes a process a client of a federation over Flower: it prepares the model and rows by its own plan, then joins.
 * Received terms are compared with that plan; they are never executed.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { MIN_CLIENTS_TO_HIDE, participantCount } from "#dsl/compiler/drafts/clients.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { federationTermsOf } from "#dsl/compiler/plan/terms.js";
import { watchedMetric } from "#dsl/compiler/plan/watched-metric.js";
import { registry } from "#stdlib/registry.js";
import { ClientApp, type ClientAppListeners, type OwnFederationTerms } from "../flower/client-app.js";
import { SuperLinkConnection, createNodeKey } from "../flower/link.js";
import { serveAsSuperNode } from "../flower/supernode.js";
import { ClientMaskingState } from "../secure/client-state.js";
import { minSecureSumThreshold } from "../secure/round.js";
import type { HostContext } from "../../../host/host-context.js";
import type { OpenSession } from "../../../session/open-session.js";
import { prepareTrainingInputs } from "../../../training-runs/training-inputs.js";
import { validatorFor } from "../../../training-runs/validating.js";
import { privacyLedgerOf } from "./privacy-ledger.js";
import { readClientData, type FederationClientData } from "./client-data.js";
import { JoinedClient, clientSeedOf } from "./joined-clients.js";
import { openLocalClients } from "./local-clients.js";
import { lockNodeKey, readOrCreateNodeKey, nodeKeyFile } from "./node-key.js";

/** Milliseconds for our app next to the SuperLink to fetch a response. */
const TAKEN = 4000;

export interface JoinOptions {
  readonly plan: Plan;
  /** Index of its data in the plan, from 0. */
  readonly number: number;
  /** Name of the client; null uses the name of its data. */
  readonly name: string | null;
  readonly superlink: string;
  readonly plain: boolean;
  /** A PEM file of certificate authorities for the SuperLink; null uses those that this machine trusts. */
  readonly certificates: string | null;
  /** It leaves after the first federation, or after a refusal. */
  readonly once: boolean;
  /** Base64 keys of the nodes that may be in secure sums; null if the coordinator decides. */
  readonly peers: readonly string[] | null;
  /** Maximum rounds over its lifetime; null uses the rounds of its plan. */
  readonly life: number | null;
}
export interface JoinListeners {
  readonly onJoined: (client: JoinedClient, pins: OwnFederationTerms) => void;
  readonly onForgotten: (done: number) => void;
  readonly onTrouble: (error: unknown) => void;
  /** Bytes of the last request and its response. */
  readonly onSaid: (received: number, sent: number) => void;
  readonly guest: ClientAppListeners;
}
interface Around {
  readonly hostContext: HostContext;
  readonly signal: AbortSignal;
  readonly hears: JoinListeners;
}

/**
 * Runs until `signal` is aborted, or the federation is over. Coded errors: of its program, its data, its engine; those
 * of `serveAsSuperNode`; with `once` the reason of its refusal.
 */
export async function joinFederation(session: OpenSession, request: JoinOptions, options: Around): Promise<void> {
  const { superlink, plain, certificates, once } = request;
  const { hears } = options;
  const { recipe, effects } = request.plan;
  if (request.peers && !mustExist(recipe.federated, "a federation").secure_aggregation)
    throw new CodedError("peers-open", { federation: effects.run });
  const node = createNodeKey();
  const link = await SuperLinkConnection.open(superlink, {
    node,
    plain,
    ...(certificates !== null && { certificates }),
  });
  const client = await openJoinedClient(session, request, options);
  const pins = pinsOf(request);
  const left = new AbortController();
  let refused: unknown = null;
  // It leaves only after its last response has arrived and been fetched: the SuperLink reports a node that has left as
  // lost.
  let leaves = false;
  const leave = (): void => {
    if (leaves) setTimeout(() => left.abort(), TAKEN).unref();
  };
  const guest: ClientApp = new ClientApp(client, pins, {
    ...hears.guest,
    onRefused(error) {
      const ends = once && error instanceof CodedError && error.code.startsWith("join-");
      if (!ends) hears.guest.onRefused?.(error);
      else [refused, leaves] = [error, true];
    },
    onBye() {
      hears.guest.onBye?.();
      leaves ||= once || guest.spent;
    },
  });
  options.signal.throwIfAborted();
  let first = true;
  const free = pins.summed ? lockNodeKey(nodeKeyFile(session, client.name)) : () => undefined;
  await serveAsSuperNode({
    link,
    key: node,
    answer: guest.answer,
    most: () => guest.most,
    signal: AbortSignal.any([options.signal, left.signal]),
    under: () => guest.under,
    onOver() {
      guest.over();
      leave();
    },
    onNode() {
      if (first) hears.onJoined(client, pins);
      first = false;
    },
    onTrouble(error) {
      hears.onTrouble(error);
      leave();
    },
    onSaid(received, sent) {
      hears.onSaid(received, sent);
      leave();
    },
  }).finally(free);
  if (refused) throw refused;
}

function pinsOf({ plan, life }: JoinOptions): OwnFederationTerms {
  const { rounds, joined, others, secure_aggregation: summed } = mustExist(plan.recipe.federated, "a federation");
  return { plan: federationTermsOf(plan), rounds, clients: joined ?? 1 + others.length, life: life ?? rounds, summed };
}

/** Opens the model and tokenizes the rows. Coded errors of programs, data, bases and engines. */
export async function openJoinedClient(
  session: OpenSession,
  request: JoinOptions,
  { hostContext, hears }: Omit<Around, "signal">,
): Promise<JoinedClient> {
  const { plan } = request;
  const federated = mustExist(plan.recipe.federated, "a federation");
  const found: FederationClientData["each"][number][] = [];
  const material = await prepareTrainingInputs(
    session,
    {
      plan,
      name: plan.effects.run,
      async joins(rows) {
        const { each } = await readClientData(plan, rows, { datasets: session.datasets, hostContext });
        found.push(mustExist(each[request.number], "a client of that number"));
        return mustExist(found[0], "its rows").prepared;
      },
    },
    { hostContext },
  );
  const ownRows = mustExist(found[0], "its rows");
  const name = request.name ?? ownRows.name;
  const { base, labels } = material;
  const open = await session.weights.fresh(`joined ${name}`, plan, base, labels, hostContext.folder);
  const here = await openLocalClients(plan, [{ ...ownRows, name }], {
    open,
    material,
    before: [],
    numberOf: clientSeedOf,
  });
  const wanted = { registry, plan, watched: watchedMetric(registry, plan.recipe.training) };
  const validate = await validatorFor(wanted, material, open);
  const all = federated.joined ?? 1 + federated.others.length;
  const masking = new ClientMaskingState(
    readOrCreateNodeKey(nodeKeyFile(session, name)),
    Math.max(MIN_CLIENTS_TO_HIDE, minSecureSumThreshold(participantCount(federated, all))),
    request.peers && new Set(request.peers),
  );
  return new JoinedClient({
    name,
    client: mustExist(here.clients[0], "its client"),
    weights: here.weights,
    sent: here.aggregator.implementation.local?.sent ?? [],
    validation: validate && material.validation ? { rows: material.validation.count, validate } : null,
    masking,
    summed: federated.secure_aggregation,
    onForgotten: hears.onForgotten,
    alike: here.privacy?.clients !== undefined,
    account: await privacyLedgerOf(plan, here, { runs: session.runs, rows: ownRows.prepared.facts.hash }),
  });
}

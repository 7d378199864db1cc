/** Clients with rows on this machine, over one open model: all of a simulation, or the one of a remote process. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import type { AggregatorImplementation } from "#stdlib/aggregators/kind.js";
import type { ConfiguredUpdateCompressor } from "#stdlib/compressors/shared/pack.js";
import { LocalClient, type SharedClientModel } from "../simulated/local-client.js";
import type { FederationState } from "../state-file.js";
import { updateCompressorOf } from "../simulated/reduced-updates.js";
import { DataLoader } from "../../../data/rows/loader.js";
import { splitNamesOf, trainingSplitName, type PreparedData } from "../../../data/prepared.js";
import type { RunEvent } from "../../../events/events.js";
import { loadImplementation } from "../../../host/load-implementation.js";
import { encodeSplit, type EncodedRows } from "../../../data/encoding/encoded.js";
import { shapesOf, StateVector } from "../../../remote/process-group/state-vector.js";
import type { OpenModel } from "../../../models/open-model.js";
import { loaderSettings, type TrainingInputs } from "../../../training-runs/training-inputs.js";
import { createPersonalHeads, stateVectorsOf, type PersonalHeads } from "./heads.js";
import { federatedPrivacy, type FederatedPrivacy } from "./private.js";
import type { FederationClientData } from "./client-data.js";

/** Aggregation and compression of a federation's updates. */
export interface UpdateAggregation {
  readonly aggregator: { readonly call: Call; readonly implementation: AggregatorImplementation };
  /** Compressors of updates, applied in order. */
  readonly chain: readonly ConfiguredUpdateCompressor[];
}
export interface EncodedClient {
  readonly name: string;
  readonly rows: EncodedRows;
  readonly loader: DataLoader;
  readonly validation: EncodedRows | null;
}
export interface LocalFederation extends UpdateAggregation {
  readonly clients: readonly LocalClient[];
  readonly encoded: readonly EncodedClient[];
  readonly weights: StateVector;
  readonly privacy: FederatedPrivacy | null;
  /** Each client's personal parameters; absent if all trainable parameters are transmitted. */
  readonly personal?: PersonalHeads;
}

export async function updateAggregationOf({ recipe }: Plan): Promise<UpdateAggregation> {
  const { aggregate, compression } = mustExist(recipe.federated, "a federation");
  const [implementation, chain] = await Promise.all([
    loadImplementation(aggregate, "aggregator"),
    Promise.all(
      compression.map(async (call) => ({ call, implementation: await loadImplementation(call, "compressor") })),
    ),
  ]);
  return { aggregator: { call: aggregate, implementation }, chain };
}

/**
 * `before`: earlier events of the run, for the spent budget. `numberOf`: random stream of a client; defaults to its
 * index.
 */
export async function openLocalClients(
  plan: Plan,
  each: FederationClientData["each"],
  options: {
    readonly open: OpenModel;
    readonly material: TrainingInputs;
    readonly before: readonly RunEvent[];
    readonly numberOf?: (name: string) => number;
    /** Saved client states when resuming. */
    readonly savedState?: FederationState | null;
  },
): Promise<LocalFederation> {
  const { open, material, before, numberOf, savedState } = options;
  const {
    session,
    states: { trainable },
  } = open;
  const { training } = plan.recipe;
  const [{ aggregator, chain }, optimizer] = await Promise.all([
    updateAggregationOf(plan),
    loadImplementation(training.optimizer, "optimizer"),
  ]);
  const encoded = await encodeClients(plan, each, material);
  const stays = new Set(plan.recipe.federated?.personal ? open.states.head : []);
  const travelling = trainable.filter((name) => !stays.has(name));
  const shapes = await shapesOf(session, travelling);
  const weights = new StateVector(session, shapes);
  const personal = stays.size === 0 ? undefined : await createPersonalHeads(open, encoded, savedState ?? null);
  const privacy = await federatedPrivacy(plan, encoded, { open, before });
  const shared: SharedClientModel = {
    session,
    plan,
    schedule: material.schedule,
    aggregator,
    weights,
    personal,
    smaller: updateCompressorOf(chain, training.seed),
    privacy: privacy?.clients,
    moments: open.states.saved.filter((name) => optimizer.states.some((prefix) => name.startsWith(prefix))),
    states: stateVectorsOf(session, shapes),
  };
  const clients = encoded.map(
    ({ name, rows, loader }, place) =>
      new LocalClient(shared, {
        name,
        number: numberOf?.(name) ?? place,
        rows: rows.count,
        loader,
        privately: privacy?.updates?.[place],
      }),
  );
  return { aggregator, chain, clients, encoded, weights, privacy, ...(personal && { personal }) };
}

export async function encodeClients(
  plan: Plan,
  each: FederationClientData["each"],
  material: TrainingInputs,
): Promise<readonly EncodedClient[]> {
  const encode = (prepared: PreparedData, split: string) =>
    encodeSplit(prepared, { data: prepared.name, split }, material.encoding);
  return Promise.all(
    each.map(async ({ name, prepared }) => {
      const rows = await encode(prepared, trainingSplitName(prepared));
      const validates = splitNamesOf(prepared).includes("validation");
      return {
        name,
        rows,
        loader: new DataLoader(rows, loaderSettings(plan, material)),
        validation: validates ? await encode(prepared, "validation") : null,
      };
    }),
  );
}

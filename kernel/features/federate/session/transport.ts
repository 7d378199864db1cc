/** The transport to clients in other processes: its address, its opening, and what is expected of their updates. */
import { resolve } from "node:path";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { FederatedPlan, Plan } from "#dsl/compiler/plan/plan.js";
import { asFederationRunner, type FederationTransports } from "#stdlib/runners/kind.js";
import { unpackUpdate } from "#stdlib/compressors/shared/pack.js";
import { loadImplementation } from "../../../host/load-implementation.js";
import type { RemoteClients } from "../contract.js";
import type { ServerAppOptions } from "../flower/server-app.js";
import type { FederationClientData } from "./client-data.js";
import type { UpdateAggregation } from "./local-clients.js";
import type { StartedClients } from "./client-processes.js";

/** The address of the SuperLink, as the runner sets it. */
export type FederationAddress = Parameters<FederationTransports<unknown>["flower"]>[0];

export async function federationAddressOf({ effects }: Plan, folder: string): Promise<FederationAddress> {
  const call = mustExist(effects.runner, "a runner");
  return asFederationRunner(await loadImplementation(call, "runner")).federation<FederationAddress>(call, {
    flower: ({ certificates, ...place }) => ({
      ...place,
      ...(certificates !== undefined && { certificates: resolve(folder, certificates) }),
    }),
  });
}

/** A started client that ends before all have agreed stops the waiting; later it counts as a lost client. */
export async function openFlowerServerApp(
  { superlink, certificates, plain, wait, round }: FederationAddress,
  started: StartedClients | null,
  options: Pick<ServerAppOptions, "clients" | "expected" | "terms" | "signal" | "onAgreed" | "onRefused">,
): Promise<RemoteClients> {
  const { FlowerServerApp } = await import("../flower/server-app.js");
  const early = new AbortController();
  let waiting = true;
  void started?.ended.then((error) => waiting && early.abort(error));
  const signal = options.signal ? AbortSignal.any([options.signal, early.signal]) : early.signal;
  try {
    return await FlowerServerApp.open({
      ...options,
      superlink,
      plain,
      wait,
      round,
      signal,
      ...(certificates !== undefined && { certificates }),
    });
  } finally {
    waiting = false;
  }
}

/** Clients with named data are numbered by their data, as in a simulation. */
export function clientsInDataOrder(carrier: RemoteClients, { each }: FederationClientData): RemoteClients {
  const clients = each.map(({ name }) =>
    mustExist(
      carrier.clients.find((one) => one.name === name),
      `client ${name}`,
    ),
  );
  return {
    clients,
    get sent() {
      return carrier.sent;
    },
    get received() {
      return carrier.received;
    },
    close: (paused) => carrier.close(paused),
  };
}

export function expectedUpdateForm(
  federated: FederatedPlan,
  { aggregator, chain }: UpdateAggregation,
): ServerAppOptions["expected"] {
  return {
    given: aggregator.implementation.local?.sent ?? [],
    ...(chain.length > 0 && { opened: (bytes: Uint8Array, length: number) => unpackUpdate(bytes, length, chain) }),
    summed: federated.secure_aggregation,
  };
}

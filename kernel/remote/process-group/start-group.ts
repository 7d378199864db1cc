/**
 * Start of a process group: all ranks check that they train the same states, and the coordinator rank sends the initial
 * values.
 */
import type { EngineSession } from "../../engines/engine.js";
import type { RootRank } from "./root-rank.js";
import type { SharedStateLayout } from "./shared-session.js";
import { bytesOfArrayView, type PeerRank } from "./peer-rank.js";
import { stateLayoutHash, shapesOf, StateVector, type StateShapes } from "./state-vector.js";
import { GRADIENT_SUM_PREFIX } from "#stdlib/programs/accumulate.js";

/** Returns the states of an open model that are shared. */
export async function sharedStateLayoutOf(
  session: Pick<EngineSession, "read">,
  options: { readonly trainable: readonly string[]; readonly saved: readonly string[]; readonly averages: boolean },
): Promise<SharedStateLayout> {
  return { trainable: options.trainable, saved: await shapesOf(session, options.saved), averages: options.averages };
}

/** Number of floats exchanged per update: the gradients, or the weights and optimizer states. */
function lengthOf({ trainable, saved, averages }: SharedStateLayout): number {
  const names = averages ? [...saved.keys()] : trainable;
  return names.reduce((sum, name) => sum + (saved.get(name) ?? []).reduce((n, d) => n * d, 1), 0);
}
function layout({ trainable, saved, averages }: SharedStateLayout): string {
  const sums: StateShapes = new Map(trainable.map((name) => [GRADIENT_SUM_PREFIX + name, saved.get(name) ?? []]));
  return stateLayoutHash(saved, sums, new Map([["averages", [averages ? 1 : 0]]]));
}

/** For the coordinator rank: waits until all are ready, and sends them the session's state after `step`. */
export async function sendInitialState(
  hub: RootRank,
  session: Pick<EngineSession, "read" | "write">,
  shares: SharedStateLayout,
  step: number,
): Promise<void> {
  await hub.ready(layout(shares), lengthOf(shares));
  hub.begin(step, bytesOfArrayView(await new StateVector(session, shares.saved).gather()));
}

/** For other ranks: reports ready and takes over the received state. @returns the step after which all continue */
export async function receiveInitialState(
  spoke: PeerRank,
  session: Pick<EngineSession, "read" | "write">,
  shares: SharedStateLayout,
): Promise<number> {
  const states = new StateVector(session, shares.saved);
  const values = new Float32Array(states.length);
  const step = await spoke.ready(layout(shares), lengthOf(shares), bytesOfArrayView(values));
  await states.scatter(values);
  return step;
}

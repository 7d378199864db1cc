/** How a gang begins: all have the same states to train, and the hub gives them the values that all go on from. */
import type { Session } from "../../engines/engine.js";
import type { Hub } from "./root-rank.js";
import type { Shares } from "./shared-session.js";
import { bytesOf, type Spoke } from "./peer-rank.js";
import { layoutOf, shapesOf, StateVector, type Shapes } from "./state-vector.js";
import { SUM } from "#stdlib/programs/accumulate.js";

/** What of an open model is shared. */
export async function sharesOf(
  session: Pick<Session, "read">,
  o: { readonly trainable: readonly string[]; readonly saved: readonly string[]; readonly averages: boolean },
): Promise<Shares> {
  return { trainable: o.trainable, saved: await shapesOf(session, o.saved), averages: o.averages };
}

/** Floats that go round: the gradients, or the weights and what the optimizer keeps. */
function lengthOf({ trainable, saved, averages }: Shares): number {
  const names = averages ? [...saved.keys()] : trainable;
  return names.reduce((sum, name) => sum + (saved.get(name) ?? []).reduce((n, d) => n * d, 1), 0);
}
function layout({ trainable, saved, averages }: Shares): string {
  const sums: Shapes = new Map(trainable.map((name) => [SUM + name, saved.get(name) ?? []]));
  return layoutOf(saved, sums, new Map([["averages", [averages ? 1 : 0]]]));
}

/** The hub's: waits until all are ready, and sends them what the session has after `step`. */
export async function begin(
  hub: Hub,
  session: Pick<Session, "read" | "write">,
  shares: Shares,
  step: number,
): Promise<void> {
  await hub.ready(layout(shares), lengthOf(shares));
  hub.begin(step, bytesOf(await new StateVector(session, shares.saved).gather()));
}

/** Another's: says that it is ready, and takes over what comes. @returns the step that all go on after */
export async function beginsWith(
  spoke: Spoke,
  session: Pick<Session, "read" | "write">,
  shares: Shares,
): Promise<number> {
  const states = new StateVector(session, shares.saved);
  const values = new Float32Array(states.length);
  const step = await spoke.ready(layout(shares), lengthOf(shares), bytesOf(values));
  await states.scatter(values);
  return step;
}

/**
 * Heads that predict standardised numbers (`TaskImplementation.standard`). Before the first step they receive the mean
 * and the standard deviation of the training rows; for exported files both are folded into the head's last layer.
 */
import type { ModelImplementation } from "#stdlib/models/kind.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import { headPathsOf } from "#stdlib/programs/model.js";
import type { EngineSession } from "../engines/engine.js";
import { toFloats } from "../engines/feeds.js";

type Weights = Pick<EngineSession, "read" | "write">;
/** Names of the head's parameters and states. */
export interface StandardisedHeadStateNames {
  readonly weight: string;
  readonly bias: string;
  readonly mean: string;
  readonly scale: string;
}

/** Returns null if the task's head predicts unstandardised numbers. */
export function standardisedHeadStateNamesOf(
  task: TaskImplementation,
  family: ModelImplementation,
): StandardisedHeadStateNames | null {
  const last = headPathsOf(task, family).at(-1);
  return task.standard && last !== undefined
    ? { weight: `${last}.weight`, bias: `${last}.bias`, ...task.standard }
    : null;
}

/**
 * Sets the mean and standard deviation of the rows. If the head came with weights (`knows`), they are rescaled so that
 * its predictions do not change.
 */
export async function setTargetStandardisation(
  session: Weights,
  states: StandardisedHeadStateNames,
  to: { readonly mean: number; readonly scale: number },
  knows: boolean,
): Promise<void> {
  const { weight, bias, mean, scale } = states;
  if (knows) {
    await change(session, weight, (w) => w / to.scale);
    await change(session, bias, (b) => (b - to.mean) / to.scale);
  }
  await change(session, mean, () => to.mean);
  await change(session, scale, () => to.scale);
}

/** Folds mean and standard deviation into the last layer. Returns a function that restores the exact former values. */
export async function foldStandardisation(
  session: Weights,
  states: StandardisedHeadStateNames | null,
): Promise<() => Promise<void>> {
  if (!states) return () => Promise.resolve();
  const { weight, bias, mean, scale } = states;
  const names = [weight, bias, mean, scale];
  const before = await Promise.all(names.map((name) => session.read(name)));
  const [spread, centre] = [toFloats(before[3]!)[0]!, toFloats(before[2]!)[0]!];
  await change(session, weight, (w) => w * spread);
  await change(session, bias, (b) => b * spread + centre);
  await change(session, mean, () => 0);
  await change(session, scale, () => 1);
  return async () => {
    for (const [i, name] of names.entries()) await session.write(name, before[i]!);
  };
}

/** Runs `does` with the folded head, as exported files contain it. */
export async function withFoldedStandardisation<T>(
  session: Weights,
  states: StandardisedHeadStateNames | null,
  does: () => Promise<T>,
): Promise<T> {
  const undo = await foldStandardisation(session, states);
  try {
    return await does();
  } finally {
    await undo();
  }
}

async function change(session: Weights, name: string, to: (value: number) => number): Promise<void> {
  const before = await session.read(name);
  const after = toFloats(before).map(to);
  await session.write(name, { ...before, bytes: new Uint8Array(after.buffer) });
}

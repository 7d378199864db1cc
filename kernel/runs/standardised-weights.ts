/**
 * Heads that learn standardised numbers (`TaskImplementation.standard`): before the first step they are told the mean and the
 * spread of the training rows, and for files that others read both are folded into the head's last layer.
 */
import type { ModelImplementation } from "#stdlib/models/kind.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import { headPathsOf } from "#stdlib/programs/model.js";
import type { EngineSession } from "../engines/engine.js";
import { toFloats } from "../engines/feeds.js";

type Weights = Pick<EngineSession, "read" | "write">;
/** Names of states. */
export interface StandardisedStates {
  readonly weight: string;
  readonly bias: string;
  readonly mean: string;
  readonly scale: string;
}

/** Null: the task's head says what it learns. */
export function standardisedStatesOf(task: TaskImplementation, family: ModelImplementation): StandardisedStates | null {
  const last = headPathsOf(task, family).at(-1);
  return task.standard && last !== undefined
    ? { weight: `${last}.weight`, bias: `${last}.bias`, ...task.standard }
    : null;
}

/** The rows' mean and spread; a head that came with weights (`knows`) goes on saying what it says. */
export async function standardiseTargets(
  session: Weights,
  states: StandardisedStates,
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

/** Folds mean and spread into the last layer; returns what undoes it, to the last bit. */
export async function foldStandardisation(
  session: Weights,
  states: StandardisedStates | null,
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

/** Runs with the head folded, as files for others have it. */
export async function withFoldedStandardisation<T>(
  session: Weights,
  states: StandardisedStates | null,
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

/** The current replay share of data that were partly forgotten. */
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import type { Exemplar } from "../../runs/continual-state.js";
import { trainingSplitName } from "../../data/prepared.js";
import type { LearnableTask } from "../../evaluation/forgetting/tasks.js";
import type { ReplaySetting } from "../../evaluation/forgetting/next-attempt.js";

/** `before`: the replay buffer of the update that made the start model; `rows`: the current replay buffer. */
export function retainedShareOf(
  lost: readonly Pick<LearnableTask, "prepared" | "learnt">[],
  options: {
    readonly replay: ReplayBuffer | null;
    readonly before: readonly Pick<Exemplar, "hash">[];
    readonly rows: readonly Pick<Exemplar, "hash">[];
  },
): ReplaySetting {
  const shares = lost.map(({ prepared }) => {
    const { hash, splits } = prepared.facts;
    const retained = options.rows.filter((row) => row.hash === hash).length;
    return retained / Math.max(1, splits[trainingSplitName(prepared)]?.rows ?? 0);
  });
  return {
    share: Math.max(0, ...shares),
    fixed: options.replay !== null && options.before.length > 0 && lost.every(({ learnt }) => learnt === 0),
    full: options.replay?.maxRows !== undefined && options.rows.length >= options.replay.maxRows,
  };
}

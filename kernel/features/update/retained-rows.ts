/** How much is really kept of data of which something was lost. */
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import type { Exemplar } from "../../runs/continual-state.js";
import { trainingSplitName } from "../../data/prepared.js";
import type { LearnableTask } from "../../evaluation/forgetting/tasks.js";
import type { ReplaySetting } from "../../evaluation/forgetting/next-attempt.js";

/** `before`: what the update that its start came from had kept; `rows`: what is kept now. */
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
    full: options.replay?.most !== undefined && options.rows.length >= options.replay.most,
  };
}

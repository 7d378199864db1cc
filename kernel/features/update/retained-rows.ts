/** How much is really kept of data of which something was lost. */
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import type { Exemplar } from "../../runs/continual-state.js";
import { trainedSplit } from "../../data/prepared.js";
import type { Learnable } from "../../evaluation/forgetting/tasks.js";
import type { KeptOf } from "../../evaluation/forgetting/next-attempt.js";

/** `before`: what the update that its start came from had kept; `rows`: what is kept now. */
export function keptOf(
  lost: readonly Pick<Learnable, "prepared" | "learnt">[],
  o: {
    readonly replay: ReplayBuffer | null;
    readonly before: readonly Pick<Exemplar, "hash">[];
    readonly rows: readonly Pick<Exemplar, "hash">[];
  },
): KeptOf {
  const shares = lost.map(({ prepared }) => {
    const { hash, splits } = prepared.facts;
    const own = o.rows.filter((row) => row.hash === hash).length;
    return own / Math.max(1, splits[trainedSplit(prepared)]?.rows ?? 0);
  });
  return {
    share: Math.max(0, ...shares),
    fixed: o.replay !== null && o.before.length > 0 && lost.every(({ learnt }) => learnt === 0),
    full: o.replay?.most !== undefined && o.rows.length >= o.replay.most,
  };
}

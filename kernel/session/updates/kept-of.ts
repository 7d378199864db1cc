/** How much is really kept of data of which something was lost. */
import type { Memory } from "#dsl/types/capabilities/learning.js";
import type { Remembered } from "../../artifacts/carried.js";
import { trainedSplit } from "../../core/data/prepared.js";
import type { Learnable } from "./tasks.js";
import type { KeptOf } from "./tried-next.js";

/** `before`: what the update that its start came from had kept; `rows`: what is kept now. */
export function keptOf(
  lost: readonly Pick<Learnable, "prepared" | "learnt">[],
  o: {
    readonly memory: Memory | null;
    readonly before: readonly Pick<Remembered, "hash">[];
    readonly rows: readonly Pick<Remembered, "hash">[];
  },
): KeptOf {
  const shares = lost.map(({ prepared }) => {
    const { hash, splits } = prepared.facts;
    const own = o.rows.filter((row) => row.hash === hash).length;
    return own / Math.max(1, splits[trainedSplit(prepared)]?.rows ?? 0);
  });
  return {
    share: Math.max(0, ...shares),
    fixed: o.memory !== null && o.before.length > 0 && lost.every(({ learnt }) => learnt === 0),
    full: o.memory?.most !== undefined && o.rows.length >= o.memory.most,
  };
}

/**
 * Restores pruned heads as zeros, for versions of transformers without `pruned_heads`. A head of zeros adds nothing, so
 * the outputs are unchanged; size and time are those of the unpruned model.
 */
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { readPrunedHeads } from "../../models/shared/pruned-heads.js";
import { restorePrunedUnits } from "./prune.js";
import { headUnitsOf } from "./units.js";

export interface RestoredHeads {
  readonly config: Readonly<Record<string, unknown>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Returns a tensor of the model with all heads restored. */
  whole(name: string, value: NDArray): NDArray;
}

/** Returns null if no head was pruned. */
export function restoreHeads(
  { config, shapes }: Pick<RestoredHeads, "config" | "shapes">,
  family: FamilyCapabilities | undefined,
): RestoredHeads | null {
  const gone = readPrunedHeads(config["pruned_heads"]);
  const part = family?.prunes?.heads;
  if (!gone || gone.size === 0 || !part || "why" in part) return null;
  const units = headUnitsOf(part, { config, shapes, inOut: family.weightLayout === "in_out" });
  if (!units) return null;
  const all = Number(config[part.field]);
  const cuts = new Map(
    units.slabs.flatMap((block, layer) => {
      const lost = new Set(gone.get(layer) ?? []);
      const keptHeads = Array.from({ length: all }, (_, head) => head).filter((head) => !lost.has(head));
      return block.map((slab) => [slab.tensor, { slab, kept: keptHeads }] as const);
    }),
  );
  return {
    config: Object.fromEntries(Object.entries(config).filter(([key]) => key !== "pruned_heads")),
    shapes: Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => {
        const cut = cuts.get(name);
        const fullShape = [...shape];
        if (cut) fullShape[cut.slab.axis] = all * cut.slab.width;
        return [name, fullShape];
      }),
    ),
    whole(name, value) {
      const cut = cuts.get(name);
      if (!cut) return value;
      const data = new Float32Array(value.bytes.buffer, value.bytes.byteOffset, value.bytes.byteLength / 4);
      const whole = restorePrunedUnits({ shape: value.shape, data }, cut.slab, cut.kept, all);
      return { dtype: "f32", shape: whole.shape, bytes: new Uint8Array(whole.data.buffer) };
    },
  };
}

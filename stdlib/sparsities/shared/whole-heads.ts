/**
 * Heads that are gone, given back as zeros: a folder for versions of transformers that know no `pruned_heads`. A head whose
 * values are zeros adds nothing, so that answers stay what they are; size and time are those of a model that was never pruned.
 */
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { prunedHeads } from "../../models/shared/pruned-heads.js";
import { spread } from "./prune.js";
import { headUnits } from "./units.js";

export interface WholeHeads {
  readonly config: Readonly<Record<string, unknown>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** A tensor of the model, as it is with all heads. */
  whole(name: string, value: NDArray): NDArray;
}

/** Null: none is gone. */
export function wholeHeads(
  { config, shapes }: Pick<WholeHeads, "config" | "shapes">,
  family: FamilyCapabilities | undefined,
): WholeHeads | null {
  const gone = prunedHeads(config["pruned_heads"]);
  const part = family?.prunes?.heads;
  if (!gone || gone.size === 0 || !part || "why" in part) return null;
  const units = headUnits(part, { config, shapes, inOut: family.layout === "in_out" });
  if (!units) return null;
  const all = Number(config[part.field]);
  const cuts = new Map(
    units.slabs.flatMap((block, layer) => {
      const lost = new Set(gone.get(layer) ?? []);
      const kept = Array.from({ length: all }, (_, head) => head).filter((head) => !lost.has(head));
      return block.map((slab) => [slab.tensor, { slab, kept }] as const);
    }),
  );
  return {
    config: Object.fromEntries(Object.entries(config).filter(([key]) => key !== "pruned_heads")),
    shapes: Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => {
        const cut = cuts.get(name);
        const own = [...shape];
        if (cut) own[cut.slab.axis] = all * cut.slab.width;
        return [name, own];
      }),
    ),
    whole(name, value) {
      const cut = cuts.get(name);
      if (!cut) return value;
      const data = new Float32Array(value.bytes.buffer, value.bytes.byteOffset, value.bytes.byteLength / 4);
      const whole = spread({ shape: value.shape, data }, cut.slab, cut.kept, all);
      return { dtype: "f32", shape: whole.shape, bytes: new Uint8Array(whole.data.buffer) };
    },
  };
}

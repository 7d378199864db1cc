/** Structured pruning: removes the heads and inner-layer neurons with the smallest weights from each block. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { CompressionStepImplementation } from "../compression/compression-step.js";
import { cutTensor, selectKeptUnits, shapesAfterPruning, type WeightMatrix } from "./shared/prune.js";
import { planPruning, pruningSharesOf } from "./shared/plan.js";
import { word } from "./structured.js";

export const structured: CompressionStepImplementation = {
  make(call, { facts, family, read }) {
    const going = planPruning(pruningSharesOf(argumentsOf(word, call)), facts, family);
    if ("why" in going) throw new CodedError("internal", { what: `what was planned can't be pruned: ${going.why}` });
    const cuts = new Map<string, (from: WeightMatrix) => WeightMatrix>();
    let { config } = facts;
    for (const { units, gone } of going) {
      const keptOfBlocks = selectKeptUnits(units, gone, (name) => matrixOf(read(name)));
      config = { ...config, ...units.config(keptOfBlocks) };
      units.slabs.forEach((block, i) => {
        for (const slab of block) {
          const before = cuts.get(slab.tensor) ?? ((from: WeightMatrix) => from);
          cuts.set(slab.tensor, (from) => cutTensor(before(from), slab, keptOfBlocks[i] ?? []));
        }
      });
    }
    const made = (name: string): NDArray => arrayOf((cuts.get(name) ?? ((m: WeightMatrix) => m))(matrixOf(read(name))));
    const shapes = going.reduce((all, { units, gone }) => shapesAfterPruning(units, gone, all), facts.shapes);
    return { config, shapes, tensor: made };
  },
};

function matrixOf({ shape, bytes }: NDArray): WeightMatrix {
  return { shape, data: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4) };
}
function arrayOf({ shape, data }: WeightMatrix): NDArray {
  return { dtype: "f32", shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

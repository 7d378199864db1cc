/** Blocks without the heads and numbers of inner layers whose weights are smallest. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { StageImplementation } from "../compression/compression-step.js";
import { cut, keptUnits, shapesWithout, type Matrix } from "./shared/prune.js";
import { goingOf, sharesOf } from "./shared/plan.js";
import { word } from "./structured.js";

export const structured: StageImplementation = {
  make(call, { facts, family, read }) {
    const going = goingOf(sharesOf(argumentsOf(word, call)), facts, family);
    if ("why" in going) throw new CodedError("internal", { what: `what was planned can't be pruned: ${going.why}` });
    const cuts = new Map<string, (from: Matrix) => Matrix>();
    let { config } = facts;
    for (const { units, gone } of going) {
      const kept = keptUnits(units, gone, (name) => matrixOf(read(name)));
      config = { ...config, ...units.config(kept) };
      units.slabs.forEach((block, i) => {
        for (const slab of block) {
          const before = cuts.get(slab.tensor) ?? ((from: Matrix) => from);
          cuts.set(slab.tensor, (from) => cut(before(from), slab, kept[i] ?? []));
        }
      });
    }
    const made = (name: string): NDArray => arrayOf((cuts.get(name) ?? ((m: Matrix) => m))(matrixOf(read(name))));
    const shapes = going.reduce((all, { units, gone }) => shapesWithout(units, gone, all), facts.shapes);
    return { config, shapes, tensor: made };
  },
};

function matrixOf({ shape, bytes }: NDArray): Matrix {
  return { shape, data: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4) };
}
function arrayOf({ shape, data }: Matrix): NDArray {
  return { dtype: "f32", shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

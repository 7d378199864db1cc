/** A student's weights: parts of its teacher's. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { mustGet } from "#dsl/language/diagnostics/must.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { StageImplementation } from "../compression/compression-step.js";
import { cutOf, isRefused, type Part } from "./shared/cut.js";
import { sizeOf, word } from "./student.js";

export const student: StageImplementation = {
  make(call, { facts, family, read }) {
    const cut = cutOf(sizeOf(argumentsOf(word, call)), facts, family);
    if (isRefused(cut))
      throw new CodedError("internal", { what: `a student that was planned can't be made: ${cut.why}` });
    const parts = new Map(Object.entries(cut.parts));
    return {
      config: cut.config,
      shapes: cut.shapes,
      tensor(name) {
        const part = mustGet(parts, name, "tensor");
        return taken(read(part.from), part);
      },
    };
  },
  losses: (call) => argumentsOf(word, call).learns,
  augments: (call) => argumentsOf(word, call).augment ?? 0,
};

/** The places of a tensor along its axes, of f32. */
function taken(of: NDArray, { shape, places }: Part): NDArray {
  if (places.every((one) => one === null)) return of;
  const values = new Float32Array(of.bytes.buffer, of.bytes.byteOffset, of.bytes.byteLength / 4);
  const [rows = 1, columns = 1] = shape;
  const width = of.shape[1] ?? 1;
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      out[i * columns + j] = values[(places[0]?.[i] ?? i) * width + (places[1]?.[j] ?? j)] ?? 0;
  return { dtype: "f32", shape, bytes: new Uint8Array(out.buffer) };
}

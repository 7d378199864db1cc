/** Builds a student's weights from parts of its teacher's. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { mustGet } from "#dsl/language/diagnostics/must.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { CompressionStepImplementation } from "../compression/compression-step.js";
import { cutStudent, isCutRefused, type StudentTensorSource } from "./shared/cut.js";
import { studentSizeOf, word } from "./student.js";

export const student: CompressionStepImplementation = {
  make(call, { facts, family, read }) {
    const cut = cutStudent(studentSizeOf(argumentsOf(word, call)), facts, family);
    if (isCutRefused(cut))
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

/** Selects indices of an f32 tensor along its axes. */
function taken(tensor: NDArray, { shape, places }: StudentTensorSource): NDArray {
  if (places.every((one) => one === null)) return tensor;
  const values = new Float32Array(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.bytes.byteLength / 4);
  const [rows = 1, columns = 1] = shape;
  const width = tensor.shape[1] ?? 1;
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      out[i * columns + j] = values[(places[0]?.[i] ?? i) * width + (places[1]?.[j] ?? j)] ?? 0;
  return { dtype: "f32", shape, bytes: new Uint8Array(out.buffer) };
}

/**
 * Ops on a GPU with tfjs. Numbers cannot be read from the GPU synchronously: `runGpuKernel` runs an op on the GPU, or in
 * plain JavaScript if the op needs its inputs' values or the GPU backend has no kernel for it.
 */
import type { Attributes } from "#dsl/tensor/program.js";
import { tf, type TfjsTensor } from "./library.js";
import type { TfjsKernel } from "./op.js";

/** Booleans are i32 on the GPU; tfjs would copy bytes unconverted. */
export function booleansOnGpu(values: ArrayLike<number>, shape: readonly number[]): TfjsTensor {
  return tf.tidy(() => tf.notEqual(tf.tensor(Int32Array.from(values), [...shape], "int32"), 0));
}

/**
 * Ops found at run time to need their inputs' values, or a kernel that the GPU backend lacks. Its cast from i32 or bool
 * to float does not convert the bits.
 */
const inJavaScript = new Set<string>(["cast"]);

export async function runGpuKernel(
  op: string,
  kernel: TfjsKernel,
  inputs: readonly TfjsTensor[],
  attributes: Attributes,
  shapes: readonly number[][],
): Promise<readonly TfjsTensor[]> {
  const compute = (from: readonly TfjsTensor[]): TfjsTensor[] => tf.tidy(() => [...kernel(from, attributes, shapes)]);
  if (!inJavaScript.has(op))
    try {
      return compute(inputs);
    } catch {
      inJavaScript.add(op);
    }
  const read = await Promise.all(inputs.map((x) => x.data()));
  await tf.setBackend("cpu");
  try {
    const given = inputs.map((x, i) => tf.tensor(read[i]!, x.shape, x.dtype));
    const results = compute(given);
    const arrays = results.map((y) => ({ values: y.dataSync().slice(), shape: y.shape, dtype: y.dtype }));
    [...given, ...results].forEach((t) => t.dispose());
    await tf.setBackend("webgpu");
    return arrays.map(({ values, shape, dtype }) =>
      dtype === "bool" ? booleansOnGpu(values, shape) : tf.tensor(values, shape, dtype),
    );
  } finally {
    await tf.setBackend("webgpu");
  }
}

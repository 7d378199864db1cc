/**
 * Ops on a graphics card with tfjs. Numbers can't be read from the card at once: `runGpuKernel` computes an op on the card, and in
 * plain JavaScript where the op has to see its inputs' numbers or the card has no kernel for it.
 */
import type { Attributes } from "#dsl/tensor/program.js";
import { tf, type TfjsTensor } from "./library.js";
import type { TfjsKernel } from "./op.js";

/** Booleans lie on the card as i32; tfjs would copy bytes there as they are. */
export function booleansOnGpu(values: ArrayLike<number>, shape: readonly number[]): TfjsTensor {
  return tf.tidy(() => tf.notEqual(tf.tensor(Int32Array.from(values), [...shape], "int32"), 0));
}

/**
 * Ops that were found to need the numbers of what they read, or a kernel that the card's backend hasn't. Its cast from i32
 * or bool to float leaves the bits as they are.
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

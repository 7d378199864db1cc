/**
 * WebGPU for tfjs in Node: Dawn (npm `webgpu`) is put where a browser has it. Neither package is installed unless asked for
 * (`npm install webgpu @tensorflow/tfjs-backend-webgpu`): they are large. Numbers can't be read from the card at once there: `cardKernel` computes an op on the card, and in plain
 * JavaScript where the op has to see its inputs' numbers or the card has no kernel for it.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Attributes } from "#dsl/graph/program.js";
import { tf, type T } from "./library.js";
import type { Kernel } from "./op.js";

const require = createRequire(import.meta.url);

/** The part of Dawn's binding that is used. */
interface Dawn {
  create(options: readonly string[]): { requestAdapter(): Promise<object | null> };
  readonly globals: Readonly<Record<string, unknown>>;
}

/** Throws with the exact reason where there is no package, or no adapter. */
export async function registerWebgpu(): Promise<void> {
  const dawn = (await import(pathToFileURL(located("webgpu")).href)) as Dawn;
  const backend = located("@tensorflow/tfjs-backend-webgpu");
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  const navigator = (globalThis as { navigator?: object }).navigator ?? {};
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  if (!("navigator" in globalThis)) Object.defineProperty(globalThis, "navigator", { value: navigator });
  if ((await gpu.requestAdapter()) === null)
    throw new Error(
      "Dawn found no WebGPU adapter: there is no graphics card with a Vulkan, Metal or D3D12 driver, and no software driver (Debian, Ubuntu: mesa-vulkan-drivers)",
    );
  require(backend);
  // Else small tensors would be computed in JavaScript.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
}

function located(name: string): string {
  try {
    return require.resolve(name);
  } catch (e) {
    throw new Error(`the package ${name} isn't installed: npm install webgpu @tensorflow/tfjs-backend-webgpu`, {
      cause: e,
    });
  }
}

/** Booleans lie on the card as i32; tfjs would copy bytes there as they are. */
export function cardBooleans(values: ArrayLike<number>, shape: readonly number[]): T {
  return tf.tidy(() => tf.notEqual(tf.tensor(Int32Array.from(values), [...shape], "int32"), 0));
}

/**
 * Ops that were found to need the numbers of what they read, or a kernel that the card's backend hasn't. Its cast from i32
 * or bool to float leaves the bits as they are.
 */
const inJavaScript = new Set<string>(["cast"]);

export async function cardKernel(
  op: string,
  kernel: Kernel,
  inputs: readonly T[],
  attributes: Attributes,
  shapes: readonly number[][],
): Promise<readonly T[]> {
  const compute = (from: readonly T[]): T[] => tf.tidy(() => [...kernel(from, attributes, shapes)]);
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
      dtype === "bool" ? cardBooleans(values, shape) : tf.tensor(values, shape, dtype),
    );
  } finally {
    await tf.setBackend("webgpu");
  }
}

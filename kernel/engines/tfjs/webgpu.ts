/**
 * WebGPU for tfjs in Node: installs Dawn (npm `webgpu`) where a browser provides WebGPU. Both packages are optional
 * (`npm install webgpu @tensorflow/tfjs-backend-webgpu`), as they are large.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { tf } from "./library.js";

const require = createRequire(import.meta.url);

interface Dawn {
  create(options: readonly string[]): { requestAdapter(): Promise<object | null> };
  readonly globals: Readonly<Record<string, unknown>>;
}

/** Throws with the exact reason if a package is missing or there is no adapter. */
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
  // Otherwise small tensors would be computed in JavaScript.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
}

function located(name: string): string {
  try {
    return require.resolve(name);
  } catch (e) {
    throw new Error(`the package ${name} is not installed: npm install webgpu @tensorflow/tfjs-backend-webgpu`, {
      cause: e,
    });
  }
}

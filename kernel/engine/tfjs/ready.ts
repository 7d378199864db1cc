/** Starts tfjs with the backend that was asked for, or else the fastest that works here. */
import { createRequire } from "node:module";
import { tf, type TfjsBackendName } from "./library.js";

const require = createRequire(import.meta.url);

/**
 * Makes a backend ready; its name. `auto`: wasm, or plain JavaScript where a processor or a build of Node has no
 * WebAssembly SIMD. Throws with the reason where the one that was asked for doesn't work here.
 */
export async function readyBackend(asked: TfjsBackendName | "auto"): Promise<TfjsBackendName> {
  // Warnings about speed belong in no notebook: the engine's title says what runs.
  tf.env().set("PROD", true);
  require("@tensorflow/tfjs-backend-cpu");
  if (asked === "webgpu") {
    const { registerWebgpu } = await import("./webgpu.js");
    await registerWebgpu();
  } else if (asked !== "cpu") require("@tensorflow/tfjs-backend-wasm");
  const { registerOwnKernels } = await import("./own-kernels.js");
  registerOwnKernels();
  const reasons: string[] = [];
  for (const name of asked === "auto" ? (["wasm", "cpu"] as const) : [asked]) {
    try {
      if (await tf.setBackend(name)) {
        await tf.ready();
        return name;
      }
      reasons.push(`tfjs could not start ${name}`);
    } catch (e) {
      reasons.push(e instanceof Error ? e.message : String(e));
    }
  }
  throw new Error(reasons.join("; "));
}

/** The tfjs engine, in the host process: interprets a program node by node. Slow, but needs only npm. */
import { createRequire } from "node:module";
import type { Backend } from "../host/backend.js";
import type { TfjsBackendName } from "./library.js";
import { tf } from "./library.js";
import { refusedOps } from "./refusals.js";
import { TfjsSession } from "./session.js";

const TITLES = { wasm: "wasm", cpu: "JavaScript", webgpu: "WebGPU" } as const;

/** `requested`: the tfjs backend; throws with the reason if it does not work on this machine. */
export async function tfjsBackend(requested: TfjsBackendName | "auto"): Promise<Backend> {
  const device = await readyBackend(requested);
  const { version } = createRequire(import.meta.url)("@tensorflow/tfjs-core/package.json") as { version: string };
  return {
    // In Node, tfjs runs wasm on one thread.
    info: { name: "tfjs", title: `tfjs ${version} (${TITLES[device]})`, device, threads: 1 },
    can: refusedOps,
    open: () => new TfjsSession(device),
  };
}

/** Starts tfjs with the requested backend, or else the fastest one that works. */
const require = createRequire(import.meta.url);

/**
 * Initializes a backend and returns its name. `auto`: wasm, or plain JavaScript where the processor or the Node build
 * has no WebAssembly SIMD. Throws with the reason if the requested one does not work.
 */
async function readyBackend(requested: TfjsBackendName | "auto"): Promise<TfjsBackendName> {
  // Suppresses speed warnings in notebooks: the engine's title already states the backend.
  tf.env().set("PROD", true);
  require("@tensorflow/tfjs-backend-cpu");
  if (requested === "webgpu") {
    const { registerWebgpu } = await import("./webgpu.js");
    await registerWebgpu();
  } else if (requested !== "cpu") require("@tensorflow/tfjs-backend-wasm");
  const { registerOwnKernels } = await import("./own-kernels.js");
  registerOwnKernels();
  const reasons: string[] = [];
  for (const name of requested === "auto" ? (["wasm", "cpu"] as const) : [requested]) {
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

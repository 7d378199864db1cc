/** The tfjs engine, inside the host process: a program is interpreted node by node. Slow, needs npm alone. */
import { createRequire } from "node:module";
import type { Backend } from "../host/backend.js";
import type { TfjsBackendName } from "./library.js";
import { tf } from "./library.js";
import { refusedOps } from "./refusals.js";
import { TfjsSession } from "./session.js";

const TITLES = { wasm: "wasm", cpu: "JavaScript", webgpu: "WebGPU" } as const;

/** `asked`: which of tfjs's backends; throws with the reason where it doesn't work here. */
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

/** Starts tfjs with the backend that was asked for, or else the fastest that works here. */
const require = createRequire(import.meta.url);

/**
 * Makes a backend ready; its name. `auto`: wasm, or plain JavaScript where a processor or a build of Node has no
 * WebAssembly SIMD. Throws with the reason where the one that was asked for doesn't work here.
 */
async function readyBackend(requested: TfjsBackendName | "auto"): Promise<TfjsBackendName> {
  // Warnings about speed belong in no notebook: the engine's title says what runs.
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

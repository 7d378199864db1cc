/** The tfjs engine, inside the host process: a program is interpreted node by node. Slow, needs npm alone. */
import { createRequire } from "node:module";
import type { Backend } from "../host/backend.js";
import type { TfjsBackendName } from "./library.js";
import { readyBackend } from "./ready.js";
import { refusals } from "./refusals.js";
import { TfjsSession } from "./session.js";

const TITLES = { wasm: "wasm", cpu: "JavaScript", webgpu: "WebGPU" } as const;

/** `asked`: which of tfjs's backends; throws with the reason where it doesn't work here. */
export async function tfjsBackend(asked: TfjsBackendName | "auto"): Promise<Backend> {
  const device = await readyBackend(asked);
  const { version } = createRequire(import.meta.url)("@tensorflow/tfjs-core/package.json") as { version: string };
  return {
    // In Node, tfjs runs wasm on one thread.
    info: { name: "tfjs", title: `tfjs ${version} (${TITLES[device]})`, device, threads: 1 },
    can: refusals,
    open: () => new TfjsSession(device),
  };
}

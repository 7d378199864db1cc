/** The tfjs engine, inside the host process: a program is interpreted node by node. Slow, needs npm alone. */
import { createRequire } from "node:module";
import { isLeaf } from "#dsl/graph/leaves.js";
import type { DType, Program } from "#dsl/graph/program.js";
import type { Refusal } from "../engine.js";
import type { Backend } from "../host/backend.js";
import { TFJS_TYPES } from "./elementwise.js";
import { kernelOf, loweredHere } from "./kernels.js";
import type { TfjsBackendName } from "./library.js";
import { readyBackend } from "./ready.js";
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

function refusals(program: Program): readonly Refusal[] {
  const found: Refusal[] = [];
  const check = (op: string, dtype: DType): void => {
    if (!(dtype in TFJS_TYPES)) found.push({ op, why: `tfjs has no ${dtype}` });
  };
  for (const node of loweredHere(program).nodes) {
    if (!isLeaf(node) && !kernelOf(node.op)) found.push({ op: node.op, why: "tfjs has no kernel for it here" });
    for (const { dtype } of node.types) check(node.op, dtype);
  }
  for (const { type } of Object.values(program.state)) check("state", type.dtype);
  return found;
}

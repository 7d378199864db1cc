/** tfjs on WebAssembly, whose binaries lie in the page: one thread, or as many as the machine has where memory may be shared. */
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { env, ready, setBackend } from "@tensorflow/tfjs-core";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { registerOwnKernels } from "#kernel/engines/tfjs/own-kernels.js";
import { inflateBytes } from "../app/packed.js";
import type { WasmBinaries } from "./protocol.js";

/** The binary makes so many workers before it begins. */
const MOST_THREADS = 8;

/** Half of what the machine tells, since two of those are one core as a rule; where it tells two, both. */
function threadsHere(): number {
  const coreCount = navigator.hardwareConcurrency;
  return globalThis.crossOriginIsolated && coreCount > 1 ? Math.min(MOST_THREADS, Math.max(2, coreCount >> 1)) : 1;
}

/** The binary takes half of what it is told at most, so it is told twice what it is to take. */
async function startedWith(threads: number): Promise<boolean> {
  env().set("WASM_HAS_MULTITHREAD_SUPPORT", threads > 1);
  if (threads === 1) return setBackend("wasm");
  setThreadsCount(threads);
  Object.defineProperty(navigator, "hardwareConcurrency", { value: 2 * threads, configurable: true });
  try {
    return await setBackend("wasm");
  } finally {
    Reflect.deleteProperty(navigator, "hardwareConcurrency");
  }
}

/** How many threads it has. Coded error `not-trained-on-page`. */
export async function startWasm({ simd, threaded }: WasmBinaries): Promise<number> {
  env().set("PROD", true);
  if (!(await env().getAsync("WASM_HAS_SIMD_SUPPORT")))
    throw new CodedError("not-trained-on-page", { what: "in this browser", why: "its WebAssembly has no SIMD" });
  const { platform } = env();
  const fetch = async (path: string) =>
    new Response((await inflateBytes(path.includes("threaded") ? threaded : simd)) as Uint8Array<ArrayBuffer>);
  env().setPlatform(env().platformName, Object.assign(Object.create(platform) as typeof platform, { fetch }));
  setWasmPaths("embedded/", true);
  registerOwnKernels();
  for (const threads of new Set([threadsHere(), 1])) {
    if (!(await startedWith(threads))) continue;
    await ready();
    return threads > 1 ? getThreadsCount() : 1;
  }
  throw new CodedError("not-trained-on-page", { what: "in this browser", why: "its WebAssembly doesn't start" });
}

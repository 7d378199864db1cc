/** tfjs on WebAssembly with embedded binaries: one thread, or as many as the machine has if memory may be shared. */
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { env, ready, setBackend } from "@tensorflow/tfjs-core";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { registerOwnKernels } from "#kernel/engines/tfjs/own-kernels.js";
import { inflateBytes } from "../app/packed.js";
import type { WasmBinaries } from "./protocol.js";

/** The binary creates this many workers at its start. */
const MOST_THREADS = 8;

/** Uses half of the reported cores, since two of them are usually one physical core; with two reported cores, both. */
function threadsHere(): number {
  const coreCount = navigator.hardwareConcurrency;
  return globalThis.crossOriginIsolated && coreCount > 1 ? Math.min(MOST_THREADS, Math.max(2, coreCount >> 1)) : 1;
}

/** The binary uses at most half of the reported cores, so twice the wanted number is reported. */
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

/** Returns the number of threads. Throws the coded error `not-trained-on-page`. */
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

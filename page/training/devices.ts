/**
 * The engines of a page: tfjs on WebAssembly (with threads if the page is cross-origin isolated), and on WebGPU if the
 * browser has an adapter. Both are in the training worker, and tfjs uses one at a time (`engine.ts`).
 */
import type { Engine } from "#kernel/engines/engine.js";
import { backendMemoryBytes, makeTfjsEngine } from "./engine.js";
import type { WasmBinaries, Device } from "./protocol.js";
import { findWebgpuAdapter, startWebgpu, type WebgpuAdapter } from "./webgpu.js";
import "@tensorflow/tfjs-backend-cpu";
import { getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { env, ready, setBackend } from "@tensorflow/tfjs-core";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { registerOwnKernels } from "#kernel/engines/tfjs/own-kernels.js";
import { inflateBytes } from "../app/packed.js";

// tfjs on WebAssembly with embedded binaries: one thread, or as many as the machine has if memory may be shared.

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

export class TrainingDevices {
  readonly #engines = new Map<Device, Promise<Engine>>();
  #adapter: Promise<WebgpuAdapter | string> | null = null;

  constructor(private readonly binaries: WasmBinaries) {}

  /** Throws the coded error `not-trained-on-page` if it does not start. */
  engine(device: Device): Promise<Engine> {
    const known = this.#engines.get(device);
    if (known) return known;
    const started = device === "wasm" ? this.wasm() : this.webgpu();
    this.#engines.set(device, started);
    // A device that was lost or did not start may be available the next time.
    void started.then(({ died }) => died).catch(() => this.#engines.delete(device));
    return started;
  }

  /** Returns a string with the reason if there is none. */
  adapter(): Promise<WebgpuAdapter | string> {
    return (this.#adapter ??= findWebgpuAdapter());
  }

  memoryBytes(device: Device): Promise<number> {
    return backendMemoryBytes(device);
  }

  private async wasm(): Promise<Engine> {
    const threads = await startWasm(this.binaries);
    return makeTfjsEngine("wasm", threads, threads === 1 ? "WebAssembly" : `WebAssembly, ${String(threads)} threads`);
  }

  private async webgpu(): Promise<Engine> {
    const adapter = await this.adapter();
    this.#adapter = null;
    return makeTfjsEngine("webgpu", 1, "WebGPU", await startWebgpu(adapter));
  }
}

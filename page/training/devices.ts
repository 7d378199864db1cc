/**
 * The engines of a page: tfjs on WebAssembly (threads where the page is served apart from all others), and on WebGPU where
 * the browser has an adapter. Both are in the worker that trains, and tfjs has one of them at a time (`engine.ts`).
 */
import type { Engine } from "#kernel/engines/engine.js";
import { makeEngine } from "./engine.js";
import type { WasmBinaries, Device } from "./protocol.js";
import { startWasm } from "./wasm.js";
import { findWebgpuAdapter, startWebgpu, type WebgpuAdapter } from "./webgpu.js";

export class TrainingDevices {
  readonly #engines = new Map<Device, Promise<Engine>>();
  #adapter: Promise<WebgpuAdapter | string> | null = null;

  constructor(private readonly binaries: WasmBinaries) {}

  /** Coded error `not-trained-on-page` where it doesn't start. */
  engine(device: Device): Promise<Engine> {
    const known = this.#engines.get(device);
    if (known) return known;
    const started = device === "wasm" ? this.wasm() : this.webgpu();
    this.#engines.set(device, started);
    // What was taken away, or didn't start, may be there the next time.
    void started.then(({ died }) => died).catch(() => this.#engines.delete(device));
    return started;
  }

  /** A string says why there is none. */
  adapter(): Promise<WebgpuAdapter | string> {
    return (this.#adapter ??= findWebgpuAdapter());
  }

  private async wasm(): Promise<Engine> {
    const threads = await startWasm(this.binaries);
    return makeEngine("wasm", threads, threads === 1 ? "WebAssembly" : `WebAssembly, ${String(threads)} threads`);
  }

  private async webgpu(): Promise<Engine> {
    const adapter = await this.adapter();
    this.#adapter = null;
    return makeEngine("webgpu", 1, "WebGPU", await startWebgpu(adapter));
  }
}

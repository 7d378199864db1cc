/**
 * The engines of a page: tfjs on WebAssembly (with threads if the page is cross-origin isolated), and on WebGPU if the
 * browser has an adapter. Both are in the training worker, and tfjs uses one at a time (`engine.ts`).
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

/**
 * An engine on a page, in the training worker. Its programs, states and checks are those of the notebook's engine host
 * (kernel/engines/host/session.ts). A step blocks the worker, so the engine yields between two steps to receive a
 * request to stop.
 */
import { backend, type KernelBackend, setBackend, version_core } from "@tensorflow/tfjs-core";
import type { Engine, EngineSession } from "#kernel/engines/engine.js";
import type { Backend } from "#kernel/engines/host/backend.js";
import { HostSession } from "#kernel/engines/host/session.js";
import { refusedOps } from "#kernel/engines/tfjs/refusals.js";
import { TfjsSession } from "#kernel/engines/tfjs/session.js";
import type { Device } from "./protocol.js";

/** Errors outside the engine's calls. */
export interface EngineFaultMonitor {
  /** Returns the first error; null if there was none. */
  first(): Error | null;
  /** Rejects when nothing can be computed any more. */
  readonly gone: Promise<never>;
}
const NONE: EngineFaultMonitor = { first: () => null, gone: new Promise<never>(() => undefined) };

/** @param device one of tfjs's backends, already started */
export function makeTfjsEngine(device: Device, threads: number, title: string, fault = NONE): Engine {
  const ours: Backend = {
    info: { name: "tfjs", title: `tfjs ${version_core} (${title}, in this page)`, device, threads },
    can: refusedOps,
    open: () => new TfjsSession(device),
  };
  return {
    info: { ...ours.info, pid: 0, why: "it is what runs in a browser" },
    clock: () => Promise.resolve({ computingSeconds: 0, waitingSeconds: 0 }),
    can: (program) => Promise.resolve(ours.can(program)),
    open: async (programs, checkpoints) => {
      await setBackend(device);
      const host = await HostSession.open(ours, programs, checkpoints, turn);
      return new PageSession(host, Object.keys(programs), device, fault);
    },
    close: () => Promise.resolve(),
    died: fault.gone,
  };
}

/** Runs calls one after the other, and yields before each. */
class PageSession implements EngineSession {
  private last: Promise<unknown> = Promise.resolve();
  private readonly open: Set<string>;

  constructor(
    private readonly host: HostSession,
    programs: readonly string[],
    private readonly device: Device,
    private readonly fault: EngineFaultMonitor,
  ) {
    this.open = new Set(programs);
  }

  get programs(): readonly string[] {
    return [...this.open];
  }
  run: EngineSession["run"] = (program, feeds, wanted) =>
    this.inTurn(() => this.host.run(program, feeds, wanted ?? null));
  add: EngineSession["add"] = (programs, checkpoints) =>
    this.inTurn(async () => {
      await this.host.add(programs, checkpoints, turn);
      for (const name of Object.keys(programs)) this.open.add(name);
    });
  remove: EngineSession["remove"] = (programs) =>
    this.inTurn(async () => {
      await this.host.remove(programs);
      for (const name of programs) this.open.delete(name);
    });
  save: EngineSession["save"] = (file, names, metadata, rename) =>
    this.inTurn(() => this.host.save(file, names ?? null, metadata ?? {}, rename ?? {}));
  load: EngineSession["load"] = (file, only) => this.inTurn(() => this.host.load(file, only ?? null, turn));
  reset: EngineSession["reset"] = (names) => this.inTurn(() => this.host.reset(names ?? null));
  setAside: EngineSession["setAside"] = (as, names) => this.inTurn(() => this.host.setAside(as, names));
  takeBack: EngineSession["takeBack"] = (as) => this.inTurn(() => this.host.takeBack(as));
  letGo: EngineSession["letGo"] = (as) => this.inTurn(() => this.host.letGo(as));
  read: EngineSession["read"] = (state) => this.inTurn(() => this.host.read(state));
  write: EngineSession["write"] = (state, value) => this.inTurn(() => this.host.write(state, value));
  dispose: EngineSession["dispose"] = () => this.inTurn(() => this.host.dispose());

  private inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const queued = this.last.then(turn).then(() => this.computed(work));
    this.last = queued.catch(() => undefined);
    return queued;
  }

  private async computed<T>(work: () => T | Promise<T>): Promise<T> {
    const { fault, device } = this;
    const wrong = fault.first();
    if (wrong) throw wrong;
    await setBackend(device);
    const made = await Promise.resolve()
      .then(work)
      // After the loss of the GPU, its own error says more than a call's error.
      .catch((error: unknown) => Promise.reject((fault.first() ?? error) as Error));
    const late = fault.first();
    if (late) throw late;
    return made;
  }
}

/** Yields, so that messages are received. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Returns the size of the backend's memory, for weights and all computed values. */
export async function backendMemoryBytes(device: Device): Promise<number> {
  await setBackend(device);
  if (device === "wasm") {
    const { wasm } = backend() as KernelBackend & { readonly wasm: { readonly HEAPU8: Uint8Array } };
    return wasm.HEAPU8.buffer.byteLength;
  }
  const { bufferManager } = backend() as KernelBackend & {
    readonly bufferManager: { readonly numBytesAllocated: number };
  };
  return bufferManager.numBytesAllocated;
}

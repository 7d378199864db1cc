/**
 * The engine of a page: tfjs on WebAssembly, in the worker that trains. Programs, states and their checks are those of the
 * notebook's engine host (kernel/engine/host/session.ts). A step blocks the worker, so between two of them it takes a turn: a
 * request to stop is heard then.
 */
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { backend, env, ready, setBackend, version_core } from "@tensorflow/tfjs-core";
import { CodedError } from "#dsl/diagnostics/codes.js";
import "#kernel/core/session/page-codes.js";
import type { Engine, Session } from "#kernel/engine/engine.js";
import type { Backend } from "#kernel/engine/host/backend.js";
import { HostSession } from "#kernel/engine/host/session.js";
import { registerOwnKernels } from "#kernel/engine/tfjs/own-kernels.js";
import { refusals } from "#kernel/engine/tfjs/refusals.js";
import { TfjsSession } from "#kernel/engine/tfjs/session.js";

/** `wasm`: the engine's binary, which lies in the page, so that nothing is asked of a network. Rejects where it doesn't start. */
export async function pageEngine(wasm: Uint8Array<ArrayBuffer>): Promise<Engine> {
  env().set("PROD", true);
  // Threads need a page that is served apart from all others, and a binary of their own.
  env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  if (!(await env().getAsync("WASM_HAS_SIMD_SUPPORT")))
    throw new CodedError("not-trained-on-page", { what: "in this browser", why: "its WebAssembly has no SIMD" });
  const { platform } = env();
  const fetch = () => Promise.resolve(new Response(wasm));
  env().setPlatform(env().platformName, Object.assign(Object.create(platform) as typeof platform, { fetch }));
  setWasmPaths("embedded/", true);
  registerOwnKernels();
  if (!(await setBackend("wasm")))
    throw new CodedError("not-trained-on-page", { what: "in this browser", why: "its WebAssembly doesn't start" });
  await ready();
  const ours: Backend = {
    info: { name: "tfjs", title: `tfjs ${version_core} (wasm, in this page)`, device: "wasm", threads: 1 },
    can: refusals,
    open: () => new TfjsSession("wasm"),
  };
  return {
    info: { ...ours.info, pid: 0, why: "it is what runs in a browser" },
    clock: () => Promise.resolve({ computingSeconds: 0, waitingSeconds: 0 }),
    can: (program) => Promise.resolve(ours.can(program)),
    open: async (programs, checkpoints) =>
      new PageSession(await HostSession.open(ours, programs, checkpoints, turn), Object.keys(programs)),
    close: () => Promise.resolve(),
    died: new Promise<never>(() => undefined),
  };
}

/** Calls one after the other, each in a turn of its own. */
class PageSession implements Session {
  private last: Promise<unknown> = Promise.resolve();
  private readonly open: Set<string>;

  constructor(
    private readonly host: HostSession,
    programs: readonly string[],
  ) {
    this.open = new Set(programs);
  }

  get programs(): readonly string[] {
    return [...this.open];
  }
  run: Session["run"] = (program, feeds, wanted) => this.inTurn(() => this.host.run(program, feeds, wanted ?? null));
  add: Session["add"] = (programs, checkpoints) =>
    this.inTurn(async () => {
      await this.host.add(programs, checkpoints, turn);
      for (const name of Object.keys(programs)) this.open.add(name);
    });
  remove: Session["remove"] = (programs) =>
    this.inTurn(async () => {
      await this.host.remove(programs);
      for (const name of programs) this.open.delete(name);
    });
  save: Session["save"] = (file, names, metadata, rename) =>
    this.inTurn(() => this.host.save(file, names ?? null, metadata ?? {}, rename ?? {}));
  load: Session["load"] = (file, only) => this.inTurn(() => this.host.load(file, only ?? null, turn));
  reset: Session["reset"] = (names) => this.inTurn(() => this.host.reset(names ?? null));
  setAside: Session["setAside"] = (as, names) => this.inTurn(() => this.host.setAside(as, names));
  takeBack: Session["takeBack"] = (as) => this.inTurn(() => this.host.takeBack(as));
  letGo: Session["letGo"] = (as) => this.inTurn(() => this.host.letGo(as));
  read: Session["read"] = (state) => this.inTurn(() => this.host.read(state));
  write: Session["write"] = (state, value) => this.inTurn(() => this.host.write(state, value));
  dispose: Session["dispose"] = () => this.inTurn(() => this.host.dispose());

  private inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const own = this.last.then(turn).then(work);
    this.last = own.catch(() => undefined);
    return own;
  }
}

/** Lets messages in. */
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

/** What the engine's memory has grown to, weights and all that is computed with them. */
export function heapBytes(): number {
  const { wasm } = backend() as unknown as { readonly wasm: { readonly HEAPU8: Uint8Array } };
  return wasm.HEAPU8.buffer.byteLength;
}

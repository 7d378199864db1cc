/**
 * Runs the script of a page's worker in a separate context that has a browser worker's globals and none of Node's. So
 * it takes the same paths as in a page, with one thread.
 */
import { createContext, runInContext } from "node:vm";
import { mustExist } from "#dsl/language/diagnostics/codes.js";

type Reply = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };
interface Scope {
  onmessage?: (event: { readonly data: unknown }) => void;
  [name: string]: unknown;
}

/** Globals of workers that a bare context lacks. */
const GIVEN = {
  performance,
  TextDecoder,
  TextEncoder,
  URL,
  Response,
  ReadableStream,
  DecompressionStream,
  Blob,
  crypto,
  console,
  setTimeout,
  clearTimeout,
  queueMicrotask,
  atob,
  btoa,
  structuredClone,
};

export class PageWorker {
  private readonly scope: Scope;
  private readonly waiting = new Map<number, { done(result: unknown): void; failed(error: Error): void }>();
  private next = 0;

  constructor(script: string) {
    this.scope = {
      ...GIVEN,
      name: "",
      location: { href: "blob:page", origin: "null" },
      navigator: { hardwareConcurrency: 1 },
      crossOriginIsolated: false,
      WorkerGlobalScope: Object,
      postMessage: (reply: Reply) => this.hear(reply),
    };
    createContext(this.scope);
    runInContext("globalThis.self = globalThis;", this.scope);
    runInContext(script, this.scope, { filename: "page-worker.js" });
  }

  ask<T>(method: string, params: unknown): Promise<T> {
    const id = ++this.next;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { done: resolve as (result: unknown) => void, failed: reject });
      mustExist(this.scope.onmessage, "the message channel of the page's worker")({ data: { id, method, params } });
    });
  }

  private hear(reply: Reply): void {
    const pendingCall = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ("error" in reply) pendingCall?.failed(new Error(reply.error));
    else pendingCall?.done(reply.result);
  }
}

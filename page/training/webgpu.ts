/** tfjs on WebGPU, if the browser has an adapter for it. */
import "@tensorflow/tfjs-backend-webgpu";
import {
  backend,
  env,
  findBackendFactory,
  type KernelBackend,
  ready,
  registerBackend,
  removeBackend,
  setBackend,
} from "@tensorflow/tfjs-core";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { EngineFaultMonitor } from "./engine.js";

/** What the page knows of a GPU. */
export interface WebgpuAdapter {
  /** Name from its driver. */
  readonly title: string;
  /** Whether the adapter is emulated on the CPU. */
  readonly software: boolean;
}

interface Gpu {
  requestAdapter(options: { readonly powerPreference: "high-performance" }): Promise<{
    readonly info?: {
      readonly vendor: string;
      readonly architecture: string;
      readonly description: string;
      readonly isFallbackAdapter?: boolean;
    };
    readonly isFallbackAdapter?: boolean;
  } | null>;
}
interface Card {
  readonly lost: Promise<{ readonly message: string }>;
  addEventListener(on: "uncapturederror", listener: (event: { readonly error: Error }) => void): void;
}

interface Backend {
  readonly device: Card;
  readonly tensorMap: { get(id: object): { readonly values?: unknown } | undefined };
  readSync(id: object): unknown;
}

/**
 * tfjs would draw numbers on a canvas to read them synchronously, which is slow and may fail. As in Node, the backend
 * refuses such reads; ops that need their inputs' numbers then run in JavaScript (kernel/engines/tfjs/card.ts).
 */
function readsLater(card: Backend): void {
  const read = card.readSync.bind(card);
  card.readSync = (id) => {
    if ((card.tensorMap.get(id)?.values ?? null) === null) throw new Error("numbers come back from a card later only");
    return read(id);
  };
}

/** Returns a string with the reason if there is none. */
export async function findWebgpuAdapter(): Promise<WebgpuAdapter | string> {
  const { gpu } = navigator as { readonly gpu?: Gpu };
  if (!gpu) return "this browser has no WebGPU here";
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) return "this browser's WebGPU found no card";
    const { info } = adapter;
    const title = info?.description || [info?.vendor, info?.architecture].filter(Boolean).join(" ");
    return {
      title: title || "a card",
      software: (info?.isFallbackAdapter ?? adapter.isFallbackAdapter) === true || /swiftshader|llvmpipe/i.test(title),
    };
  } catch (error) {
    return `this browser's WebGPU failed: ${(error as Error).message}`;
  }
}

/** Starts WebGPU, and returns its later errors. Throws the coded error `not-trained-on-page`. */
export async function startWebgpu(adapter: WebgpuAdapter | string): Promise<EngineFaultMonitor> {
  const refused = (why: string) => new CodedError("not-trained-on-page", { what: "on WebGPU", why });
  if (typeof adapter === "string") throw refused(adapter);
  // Otherwise small tensors would be computed in JavaScript.
  env().set("WEBGPU_CPU_FORWARD", false);
  if (!(await setBackend("webgpu"))) throw refused("its device doesn't start");
  await ready();
  const card = backend() as KernelBackend & Backend;
  readsLater(card);
  let first: CodedError | null = null;
  const gone = new Promise<never>((_, reject) => {
    const fail = (why: string): void => {
      if (first) return;
      first = refused(why);
      reject(first);
      const factory = findBackendFactory("webgpu");
      removeBackend("webgpu");
      registerBackend("webgpu", factory);
    };
    // A call that the GPU rejects leaves the numbers unchanged and reports it only through this event.
    card.device.addEventListener("uncapturederror", ({ error }) => fail(error.message));
    void card.device.lost.then(({ message }) => fail(message || "the browser took the card away"));
  });
  return { first: () => first, gone };
}

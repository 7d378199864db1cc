/** tfjs, loaded as the CommonJS it is, with the fastest of its backends that works here: wasm, else plain JavaScript. */
import { createRequire } from "node:module";
import type * as Core from "@tensorflow/tfjs-core";

const require = createRequire(import.meta.url);
export const tf = require("@tensorflow/tfjs-core") as typeof Core;
export type T = Core.Tensor;

/** Makes a backend ready; its name. */
export async function readyBackend(): Promise<"wasm" | "cpu"> {
  require("@tensorflow/tfjs-backend-cpu");
  require("@tensorflow/tfjs-backend-wasm");
  // Warnings about speed belong in no notebook: the engine's title says what runs.
  tf.env().set("PROD", true);
  for (const name of ["wasm", "cpu"] as const) {
    try {
      if (await tf.setBackend(name)) {
        await tf.ready();
        return name;
      }
    } catch {
      // A processor or a build of Node without WebAssembly SIMD: plain JavaScript serves.
    }
  }
  throw new Error("no backend of tfjs works here");
}

/** The numbers of a tensor, copied: some backends give their own memory. */
export function numbers(x: T): Float32Array | Int32Array | Uint8Array {
  return x.dataSync().slice();
}

/** tfjs, loaded as CommonJS. */
import { createRequire } from "node:module";
import type * as Core from "@tensorflow/tfjs-core";

const require = createRequire(import.meta.url);
export const tf = require("@tensorflow/tfjs-core") as typeof Core;
export type TfjsTensor = Core.Tensor;

/** `cpu` is plain JavaScript. */
export type TfjsBackendName = "wasm" | "cpu" | "webgpu";

/** Copies the values of a tensor: some backends return their own memory. */
export function copyNumbers(x: TfjsTensor): Float32Array | Int32Array | Uint8Array {
  return x.dataSync().slice();
}

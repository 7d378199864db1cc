/** tfjs, loaded as the CommonJS it is. */
import { createRequire } from "node:module";
import type * as Core from "@tensorflow/tfjs-core";

const require = createRequire(import.meta.url);
export const tf = require("@tensorflow/tfjs-core") as typeof Core;
export type TfjsTensor = Core.Tensor;

/** `cpu` is plain JavaScript. */
export type TfjsBackendName = "wasm" | "cpu" | "webgpu";

/** The numbers of a tensor, copied: some backends give their own memory. */
export function copyNumbers(x: TfjsTensor): Float32Array | Int32Array | Uint8Array {
  return x.dataSync().slice();
}

/**
 * Runs ONNX models in ONNX Runtime for Node, which transformers.js uses in Node; its core is the same on all platforms.
 */
import type { RuntimeDefinition } from "../runtime.js";
import { openRuntimeProcess } from "./process.js";

export const onnxruntimeRuntime: RuntimeDefinition = {
  title: "ONNX Runtime",
  found: () => Promise.resolve(null),
  open: (place, written) =>
    openRuntimeProcess("./onnxruntime-main.js", "ONNX Runtime", { place, graphs: written.graphs ?? {} }),
};

/** ONNX models in ONNX Runtime for Node: what transformers.js in Node runs on, and the same core as everywhere. */
import type { RuntimeRecord } from "../runtime.js";
import { openRuntimeProcess } from "./process.js";

export const onnxruntimeRuntime: RuntimeRecord = {
  title: "ONNX Runtime",
  found: () => Promise.resolve(null),
  open: (place, written) =>
    openRuntimeProcess("./onnxruntime-main.js", "ONNX Runtime", { place, graphs: written.graphs ?? {} }),
};

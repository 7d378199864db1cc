/**
 * Demo pages in what they run on: their own scripts, and ONNX Runtime compiled to WebAssembly as it lies in them, here in a process
 * of Node's that looks to them like a page's worker. The page's tokens are held beside the notebook's when it is opened (`reads`).
 */
import type { RuntimeRecord } from "../runtime.js";
import { openRuntimeProcess } from "./process.js";

const TITLE = "ONNX Runtime Web";

export const onnxruntimeWebRuntime: RuntimeRecord = {
  title: TITLE,
  found: () => Promise.resolve(null),
  open: (place, written) =>
    openRuntimeProcess("./onnxruntime-web-main.js", TITLE, { place, graphs: written.graphs ?? {} }),
};

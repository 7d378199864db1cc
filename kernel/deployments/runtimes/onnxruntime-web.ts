/**
 * Runs demo pages with their own scripts and their included ONNX Runtime in WebAssembly, in a Node process that
 * emulates a page's worker. On opening, the page's tokens are compared with the notebook's (`reads`).
 */
import type { RuntimeDefinition } from "../runtime.js";
import { openRuntimeProcess } from "./process.js";

const TITLE = "ONNX Runtime Web";

export const onnxruntimeWebRuntime: RuntimeDefinition = {
  title: TITLE,
  found: () => Promise.resolve(null),
  open: (place, written) =>
    openRuntimeProcess("./onnxruntime-web-main.js", TITLE, { place, graphs: written.graphs ?? {} }),
};

/** Runtimes by the names used in targets; each is loaded on first use. */
import type { RuntimeDefinition } from "../runtime.js";

export const runtimes: Readonly<Record<string, () => Promise<RuntimeDefinition>>> = {
  onnxruntime: async () => (await import("./onnxruntime.js")).onnxruntimeRuntime,
  "onnxruntime-web": async () => (await import("./onnxruntime-web.js")).onnxruntimeWebRuntime,
  coremltools: async () => (await import("./coremltools.js")).coremltoolsRuntime,
  litert: async () => (await import("./litert.js")).litertRuntime,
  "llama.cpp": async () => (await import("./llama-cpp.js")).llamaCppRuntime,
  tensorflow: async () => (await import("./tensorflow.js")).tensorflowRuntime,
  transformers: async () => (await import("./transformers.js")).transformersRuntime,
  tunebook: () => import("./tunebook.js").then((m) => m.tunebookRuntime),
};

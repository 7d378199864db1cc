/** Runtimes by the names that targets give; each is loaded when something is opened in it. */
import type { RuntimeRecord } from "../runtime.js";

export const runtimes: Readonly<Record<string, () => Promise<RuntimeRecord>>> = {
  onnxruntime: async () => (await import("./onnxruntime.js")).onnxruntime,
  "onnxruntime-web": async () => (await import("./onnxruntime-web.js")).onnxruntimeWeb,
  coremltools: async () => (await import("./coremltools.js")).coremltools,
  litert: async () => (await import("./litert.js")).litert,
  "llama.cpp": async () => (await import("./llama-cpp.js")).llamaCpp,
  tensorflow: async () => (await import("./tensorflow.js")).tensorflow,
  transformers: async () => (await import("./transformers.js")).transformers,
  tunebook: () => import("./tunebook.js").then((m) => m.tunebook),
};

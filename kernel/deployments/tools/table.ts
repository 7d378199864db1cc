/** What writes a file out of others with a library of its own, by the names that targets use; each is loaded when it is needed. */
import type { Tool } from "./tool.js";

export const tools: Readonly<Record<string, () => Promise<Tool>>> = {
  "onnx-bounds": async () => (await import("./onnx-bounds.js")).onnxBounds,
  tunebook: async () => (await import("./tunebook.js")).tunebook,
  page: async () => (await import("./page.js")).page,
  litert: async () => (await import("./litert.js")).litert,
};

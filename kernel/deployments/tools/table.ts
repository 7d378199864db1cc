/** What writes a file out of others with a library of its own, by the names that targets use; each is loaded when it is needed. */
import type { ConversionTool } from "./tool.js";

export const tools: Readonly<Record<string, () => Promise<ConversionTool>>> = {
  "onnx-bounds": async () => (await import("./onnx-bounds.js")).onnxBoundsTool,
  tunebook: async () => (await import("./tunebook.js")).tunebookTool,
  page: async () => (await import("./page.js")).pageTool,
  litert: async () => (await import("./litert.js")).litertTool,
};

/** Tools that convert files with a third-party library, by the names used in targets; each is loaded on first use. */
import type { ConversionTool } from "./tool.js";

export const conversionTools: Readonly<Record<string, () => Promise<ConversionTool>>> = {
  "onnx-bounds": async () => (await import("./onnx-bounds.js")).onnxOutputBoundsTool,
  tunebook: async () => (await import("./tunebook.js")).packTunebookTool,
  page: async () => (await import("./page.js")).pageTool,
  litert: async () => (await import("./litert.js")).litertConverter,
};

import type { EngineRecord } from "../record.js";

export const tfjs: EngineRecord = {
  name: "tfjs",
  alone: ["wasm"],
  refuses: () => undefined,
  found: () => Promise.resolve({ addon: null }),
  async backend({ device }) {
    const { tfjsBackend } = await import("./backend.js");
    return tfjsBackend(device === "gpu" ? "webgpu" : device);
  },
};

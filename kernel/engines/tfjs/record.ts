import type { EngineRecord } from "../record.js";

export const tfjsEngine: EngineRecord = {
  name: "tfjs",
  titled: "tfjs",
  packages: ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-cpu", "@tensorflow/tfjs-backend-wasm"],
  mend: "npm ci in Tunebook's folder",
  alone: ["wasm"],
  refuses: () => undefined,
  found: () => Promise.resolve({ addon: null }),
  async backend({ device }) {
    const { tfjsBackend } = await import("./backend.js");
    return tfjsBackend(device === "gpu" ? "webgpu" : device);
  },
};

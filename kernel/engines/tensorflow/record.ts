import type { EngineRecord } from "../record.js";

export const tensorflowEngine: EngineRecord = {
  name: "tensorflow",
  titled: "TensorFlow",
  packages: ["@tensorflow/tfjs-node-gpu"],
  mend: "tunebook setup",
  refuses: (device) =>
    device === "webgpu"
      ? "onnx and tfjs compute with WebGPU, it doesn't"
      : device === "wasm"
        ? "only tfjs computes with wasm"
        : undefined,
  // A step of MiniLM, f32 (`bench all`: 175 and 167 GFLOP/s), relative to the product that `tunebook setup` measured on
  // the same machine (201): bench/LOG.md. One text of 14 tokens takes 5.2 ms: 57 GFLOP/s over 205.
  utilisation: { all: 0.87, few: 0.83, none: 0.83, answers: 0.28 },
  // Only oneDNN has fused products with bias and activation. TensorFlow disables oneDNN on processors without
  // neural-network instructions (before AVX512-VNNI and AVX-VNNI) unless this is set.
  required: { TF_ENABLE_ONEDNN_OPTS: "1" },
  without: "TensorFlow has not been set up here: tunebook setup may bring it",
  async found() {
    const [{ addonCacheKey: addonKey }, { findTensorflow: findNative }] = await Promise.all([
      import("../native/compile.js"),
      import("../native/layout.js"),
    ]);
    const native = findNative(await addonKey());
    return native ? { addon: native.addon } : "TensorFlow's library has not been set up on this machine";
  },
  async emitted(programs) {
    const [{ printTensorflow }, { tensorflowGraph }] = await Promise.all([
      import("#dsl/tensor/backends/print.js"),
      import("#dsl/tensor/backends/tensorflow/emit.js"),
    ]);
    return printTensorflow(tensorflowGraph(programs, { kernels: true }).nodes);
  },
  async backend({ addon, threads }) {
    const { tensorflowBackend } = await import("./backend.js");
    if (addon === null) throw new Error("TensorFlow is started with its addon");
    return tensorflowBackend(addon, threads);
  },
};

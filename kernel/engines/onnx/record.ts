import type { EngineRecord } from "../record.js";

export const onnxEngine: EngineRecord = {
  name: "onnx",
  titled: "ONNX",
  packages: ["onnxruntime-node"],
  mend: "npm ci in Tunebook's folder",
  alone: ["webgpu"],
  refuses: (device) =>
    device === "wasm"
      ? "only tfjs computes with wasm"
      : device === "gpu"
        ? "it reaches a graphics card by `device: webgpu` alone"
        : undefined,
  lacksBf16: true,
  // Measured like TensorFlow's: 130 and 141 GFLOP/s over 205 (bench/LOG.md); one text of 14 tokens takes 1.9 ms.
  utilisation: { all: 0.63, few: 0.69, none: 0.69, answers: 0.77 },
  // ONNX Runtime's binding returns every output as a new array, even one that was written in place. Memory that the C
  // library retains costs no page faults at each step (`bench step --engine onnx`: a seventh faster, 5 % more memory).
  environment: { MALLOC_MMAP_THRESHOLD_: "2000000000", MALLOC_TRIM_THRESHOLD_: "4000000000" },
  found: () => Promise.resolve({ addon: null }),
  async emitted(programs) {
    const [{ onnxGraph }, { printOnnx }] = await Promise.all([
      import("#dsl/tensor/backends/onnx/emit.js"),
      import("#dsl/tensor/backends/print.js"),
    ]);
    return Object.entries(programs)
      .map(([name, program]) => `// ${name}\n${printOnnx(onnxGraph(program).text)}`)
      .join("\n");
  },
  async backend({ threads, device, answers }) {
    const { onnxBackend } = await import("./backend.js");
    return onnxBackend(threads, device === "webgpu" ? "webgpu" : "cpu", answers);
  },
};

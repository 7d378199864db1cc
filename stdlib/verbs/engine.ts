import { compileEngine as read } from "#dsl/compiler/program/engine.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";
import { deviceAdvice, oneDeviceAdvice } from "../foreign-names/devices.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "engine",
  doc: "Chooses the engine, and its share of the machine.",
  example: "engine { engine: tensorflow, threads: 2 }",
  operands: { what: "none" },
  connectors: {},
  effect: "acts",
  displays: false,
  read,
  needsBlock: true,
  elsewhere: { backend: "engine", num_threads: "threads", workers: "threads", accelerator: "device" },
  ...deviceAdvice,
  parameters: [
    {
      name: "engine",
      type: { is: "choice", of: ["auto", "tensorflow", "onnx", "tfjs"] },
      means: {
        auto: "the fastest that works here",
        tensorflow: "TensorFlow's C library",
        onnx: "ONNX Runtime",
        tfjs: "TensorFlow.js",
      },
      doc: "The engine: `auto` takes the fastest that works on this machine and shows which.",
      default: { value: "auto" },
      why: "The fastest engine that works on this machine is used; all give the same numbers to 1e-4.",
      impact: "medium",
    },
    {
      name: "device",
      type: {
        is: "choice",
        of: ["auto", "cpu", "gpu", "wasm", "webgpu"],
        elsewhere: { cuda: "gpu", "cuda:0": "gpu", mps: "gpu" },
      },
      misfits: { list: oneDeviceAdvice, number: oneDeviceAdvice, string: oneDeviceAdvice, word: oneDeviceAdvice },
      means: {
        auto: "a GPU if there is one",
        cpu: "the processor",
        gpu: "the graphics card",
        wasm: "WebAssembly, for tfjs",
        webgpu: "WebGPU, for onnx and tfjs",
      },
      doc: "The device: `webgpu` for onnx and tfjs; `wasm` for tfjs, whose `cpu` is plain JavaScript.",
      default: { value: "auto" },
      why: "A GPU is faster if there is one.",
      impact: "high",
    },
    {
      name: "threads",
      type: { is: "number", integer: true },
      doc: "Threads of the processor that it may use.",
      range: { min: 1, max: 1024 },
      default: { derived: "all cores", from: () => null },
      why: "Leave some for others on a shared machine.",
      impact: "high",
    },
    {
      name: "deterministic",
      type: { is: "boolean" },
      doc: "On a GPU, TensorFlow adds in a fixed order (`TF_DETERMINISTIC_OPS`), which takes longer; an op that cannot is an error. On a CPU nothing changes: training gives the same bits each time anyway. The run's record shows whether it was on.",
      default: { value: false },
      why: "A fixed order takes longer, and a CPU gives the same bits anyway.",
      impact: "low",
    },
    {
      name: "memory",
      type: { is: "number", unit: "bytes" },
      doc: "Maximum memory of a plan.",
      planned: { meanwhile: "the plan is checked against this machine's memory" },
      why: "Shared machines.",
      impact: "low",
    },
  ],
};

import { defineWord } from "#dsl/types/define.js";
import { folder, ofTheVerb } from "../lib/targets/parameters.js";

export const word = defineWord({
  kind: "target",
  name: "container",
  doc: "A folder that a container engine builds as it is: the model as ONNX, a small server for Node that answers as Hugging Face's endpoints do (`POST /` with `inputs`, `/health`; the model lies at `/repository`), a Dockerfile, a compose file. Nothing of it needs this machine, Tunebook or Python.",
  example: 'deploy router to container("build/image")',
  since: "0.1.0",
  elsewhere: {
    ...{
      docker: "container",
      dockerfile: "container",
      image: "container",
      endpoint: "container",
      compose: "container",
    },
    ...{ folder: "path", output: "path", dtype: "quantize" },
  },
  advice: ofTheVerb,
  parameters: [
    folder,
    {
      name: "quantize",
      type: { is: "choice", of: ["f16", "int8", "int4"] },
      means: {
        f16: "weights and products in half precision: half the size",
        int8: "whole numbers of a byte: a quarter of the size, quicker on processors",
        int4: "weights of linear layers in half a byte, by blocks of 32",
      },
      doc: "How numbers are rounded, as the target `onnx` rounds them; left out: they stay as they are (f32).",
      why: "Rounded weights are smaller and often quicker, and answer a little differently: the proof says how much.",
      impact: "high",
    },
  ],
  capabilities: {
    writes: "folder",
    runtime: "onnxruntime",
    readBy: ["Docker", "Podman", "Kubernetes", "Hugging Face Inference Endpoints (as a custom container)"],
  },
  load: () => import("./container.run.js").then((m) => m.container),
});

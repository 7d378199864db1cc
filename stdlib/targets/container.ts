import { defineWord } from "#dsl/language/types/define.js";
import { folderParameter, misplacedVerbKeyAdvice } from "./shared/parameters.js";

export const word = defineWord({
  kind: "target",
  name: "container",
  doc: "A folder that a container engine builds as it is, and systemd runs: the model as ONNX, a server, a Dockerfile, a compose file, a unit. The server is Tunebook's, packed beside the model (as `tunebook serve`), or with `server: small` one file that answers as Hugging Face's endpoints do. Nothing of it needs this machine or Python.",
  example: 'deploy router to container("build/image")',
  elsewhere: {
    docker: "container",
    dockerfile: "container",
    image: "container",
    endpoint: "container",
    compose: "container",
    systemd: "container",
    folder: "path",
    output: "path",
    dtype: "quantize",
  },
  advice: misplacedVerbKeyAdvice,
  parameters: [
    folderParameter,
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
    {
      name: "server",
      type: { is: "choice", of: ["tunebook", "small"] },
      means: {
        tunebook: "batches, streams, keys, limits, metrics, the shapes of OpenAI and TEI",
        small: "one file over transformers.js, one request at a time, without keys",
      },
      doc: "What answers in it: Tunebook's own server, of which 3 MB lie beside the model, or one small file.",
      default: { value: "tunebook" },
      why: "It answers many requests at once, and only those with a key.",
      impact: "medium",
    },
  ],
  capabilities: {
    writes: "folder",
    runtime: "onnxruntime",
    readBy: ["Docker", "Podman", "Kubernetes", "Hugging Face Inference Endpoints (as a custom container)"],
  },
  load: () => import("./container.run.js").then((m) => m.container),
});

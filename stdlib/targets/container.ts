import { defineWord } from "#dsl/language/types/define.js";
import { folderParameter, misplacedVerbKeyAdvice } from "./shared/parameters.js";

export const word = defineWord({
  kind: "target",
  name: "container",
  doc: "A folder that a container engine builds without changes, and systemd runs: the model as ONNX, a server, a Dockerfile, a compose file, a unit. The server is Tunebook's, included with the model (as `tunebook serve`), or with `server: small` a single file that answers like Hugging Face's endpoints. It needs neither this machine nor Python.",
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
        int8: "one-byte integers: a quarter of the size, faster on CPUs",
        int4: "weights of linear layers in half a byte, by blocks of 32",
      },
      doc: "How numbers are rounded, as in the target `onnx`; not rounded (f32) by default.",
      why: "Rounded weights are smaller and often faster, and predictions differ a little: the proof shows by how much.",
      impact: "high",
    },
    {
      name: "server",
      type: { is: "choice", of: ["tunebook", "small"] },
      means: {
        tunebook: "batches, streams, keys, limits, metrics, the shapes of OpenAI and TEI",
        small: "one file over transformers.js, one request at a time, without keys",
      },
      doc: "The server: Tunebook's own, which adds 3 MB, or a single small file.",
      default: { value: "tunebook" },
      why: "It handles many requests at once, and only those with a key.",
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

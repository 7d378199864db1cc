import { defineWord } from "#dsl/language/types/define.js";
import { folderParameter, misplacedVerbKeyAdvice } from "./shared/parameters.js";

export const word = defineWord({
  kind: "target",
  name: "huggingface",
  doc: "A folder in the format of transformers and the Hugging Face hub: weights, config, tokenizer, label names, model card; or a PEFT adapter if few weights were trained and it is requested. With `push` it is uploaded to a repository on the hub, private by default.",
  example: 'deploy router to huggingface("build/router")',
  references: [
    {
      title: "PEFT: State-of-the-art Parameter-Efficient Fine-Tuning methods",
      by: "Mangrulkar et al.",
      year: 2022,
      url: "https://github.com/huggingface/peft",
    },
  ],
  elsewhere: {
    hf: "huggingface",
    hub: "huggingface",
    transformers: "huggingface",
    safetensors: "huggingface",
    save_pretrained: "huggingface",
    peft: "huggingface",
    push_to_hub: "push",
    token: "push",
    repo_id: "path",
    folder: "path",
    repository: "path",
  },
  advice: {
    ...misplacedVerbKeyAdvice,
    quantize: "transformers' folder contains unquantized weights: use `onnx` or `gguf` to quantize",
    merged: "write `weights: merged`",
    adapter: "write `weights: adapter`",
  },
  parameters: [
    {
      ...folderParameter,
      doc: "The folder that is filled, relative to the notebook's; with `push` the repository, `owner/name`.",
    },
    {
      name: "weights",
      type: { is: "choice", of: ["merged", "adapter"] },
      means: {
        merged: "the complete model, with the trained weights merged into the base",
        adapter: "only the trained weights, as a PEFT adapter of the base",
      },
      doc: "The complete model, or only the trained weights. By default: the complete model if they can be merged into the base, otherwise the adapter.",
      why: "A complete model can be opened anywhere; an adapter takes megabytes instead of the base's gigabytes.",
      impact: "medium",
    },
    {
      name: "handler",
      type: { is: "boolean" },
      doc: "Writes handler.py for Hugging Face's inference endpoints. With it texts are truncated as in training.",
      default: { value: false },
      why: "Endpoints serve the usual tasks without it.",
      impact: "low",
    },
    {
      name: "push",
      type: { is: "word", kind: "secret" },
      env: "HF_TOKEN",
      doc: "The hub's token, by the name of an environment variable: the folder is uploaded to the repository named by `path`.",
      why: "Nothing is sent from this machine unless the program requests it.",
      impact: "high",
    },
    {
      name: "private",
      type: { is: "boolean" },
      doc: "With `push`: a new repository is private.",
      default: { value: true },
      why: "A public push cannot be taken back.",
      impact: "medium",
    },
  ],
  capabilities: {
    writes: "folder",
    destinationParameter: "push",
    runtime: "tunebook",
    readBy: ["transformers", "PEFT", "sentence-transformers", "vLLM", "Tunebook"],
  },
  load: () => import("./huggingface.run.js").then((m) => m.huggingface),
});

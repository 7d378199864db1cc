import { defineWord } from "#dsl/language/types/define.js";
import { folderParameter, misplacedVerbKeyAdvice } from "./shared/parameters.js";

export const word = defineWord({
  kind: "target",
  name: "huggingface",
  doc: "A folder as transformers and the Hugging Face hub have it: weights, config, tokenizer, label names, model card; of few trained weights PEFT's adapter where that is asked for. With `push` it goes to a repository of the hub, a private one unless told.",
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
    quantize: "transformers' folder holds whole weights: `onnx` and `gguf` quantize",
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
        merged: "the whole model, what trained folded into the base's weights",
        adapter: "what trained alone, as PEFT reads it over the base",
      },
      doc: "The whole model, or what trained alone. Without it: the whole model where what trained goes into its weights, else the adapter.",
      why: "A whole model opens anywhere; an adapter takes megabytes where the base takes gigabytes.",
      impact: "medium",
    },
    {
      name: "handler",
      type: { is: "boolean" },
      doc: "Writes handler.py, which Hugging Face's inference endpoints answer with. With it texts are cut as in training.",
      default: { value: false },
      why: "Endpoints serve the usual tasks without it.",
      impact: "low",
    },
    {
      name: "push",
      type: { is: "word", kind: "secret" },
      env: "HF_TOKEN",
      doc: "The hub's token, by the name of an environment variable: the folder goes to the repository named by `path`.",
      why: "Nothing leaves this machine unless the program says so.",
      impact: "high",
    },
    {
      name: "private",
      type: { is: "boolean" },
      doc: "With `push`: a repository that is made is private.",
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

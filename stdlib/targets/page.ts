import { defineWord } from "#dsl/types/define.js";
import { ofTheVerb } from "../lib/targets/parameters.js";
import { TASKS_OF_PAGES } from "../lib/targets/page/task-names.js";

export const word = defineWord({
  kind: "target",
  name: "page",
  doc: "One HTML file that answers in any browser, from a disk too: model, tokenizer, form and runtime are inside, and nothing is ever sent.",
  example: 'deploy router to page("build/router.html")',
  since: "0.4.0",
  elsewhere: {
    ...{ html: "page", demo: "page", browser: "page", gradio: "page", streamlit: "page", space: "page" },
    ...{ file: "path", output: "path", dtype: "quantize", quantization: "quantize", link: "model", embed: "model" },
  },
  advice: ofTheVerb,
  parameters: [
    {
      name: "path",
      type: { is: "string" },
      doc: "The file that is written; its name ends in `.html`.",
      positional: true,
      required: true,
      why: "What is written belongs where the reader looks for it.",
      impact: "high",
    },
    {
      name: "quantize",
      type: { is: "choice", of: ["int8", "int4"], elsewhere: { q8: "int8", q4: "int4" } },
      means: { int8: "weights in a byte", int4: "weights of linear layers in half a byte" },
      doc: "How weights are rounded, as the target `onnx` rounds them.",
      default: { value: "int8" },
      why: "Visitors wait for every byte.",
      impact: "high",
    },
    {
      name: "model",
      type: { is: "choice", of: ["embedded", "linked"] },
      means: { embedded: "inside the page", linked: "a file beside it, dropped on the page or picked" },
      doc: "Where the model lies. Several pages may share a large model.",
      default: { value: "embedded" },
      why: "One file is easy to pass on.",
      impact: "medium",
    },
    {
      name: "examples",
      type: { is: "number", integer: true },
      range: { min: 0, max: 20 },
      doc: "So many held-out rows to try it by, none with personal data in it, none of a private training.",
      default: { value: 3 },
      why: "A few rows show the model at work; whoever has the page can read them.",
      impact: "medium",
    },
  ],
  capabilities: {
    writes: "file",
    ending: ".html",
    beside: [".onnx"],
    tasks: TASKS_OF_PAGES,
    runtime: "onnxruntime-web",
    readBy: ["browsers with WebAssembly (Chrome, Edge, Firefox, Safari)"],
  },
  load: () => import("./page.run.js").then((m) => m.page),
});

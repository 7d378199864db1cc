/** Error codes of served models: their names, their capabilities, and opening their folders. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface ModelCodeData {
  "no-such-model": { readonly name: string | null; readonly has: readonly string[] };
  "model-opening": {
    readonly name: string;
    /** Why it isn't open, as a clause. */
    readonly why: string;
    /** Seconds until a retry makes sense. */
    readonly seconds: number;
  };
  "model-cannot": { readonly name: string; readonly asked: string; readonly does: string };
  "same-name": { readonly name: string; readonly folders: readonly [string, string] };
  "nothing-to-serve": Record<string, never>;
  "folder-not-served": { readonly folder: string; readonly why: string };
}

export const modelCodes: CodeTable<ModelCodeData> = {
  "no-such-model": {
    severity: "error",
    message: (d) =>
      d.name === null
        ? `the request does not name one of the served models: ${listNames(d.has)}`
        : `there is no model ${JSON.stringify(d.name)} on this server, only ${listNames(d.has)}`,
    help: () => "set `model` to one of these names",
    explain:
      "A server has one or more models, named by their folder or, for a run, by its model. A request must name the model if there are several.",
  },
  "model-opening": {
    severity: "error",
    message: (d) => `${d.name} is not available now: ${d.why}`,
    help: (d) => `retry in ${String(d.seconds)} s`,
    explain:
      "The computing process has just started or ended, and the model is being loaded again. Requests are rejected at once instead of waiting; nothing of them was read.",
  },
  "model-cannot": {
    severity: "error",
    message: (d) => `${d.name} ${d.does}, so it cannot be used for ${d.asked}`,
    help: () => "send a request that fits its task, or use another model",
    explain:
      "The task of a model determines its requests: labels, numbers, tags, answers in a context, words in gaps, embeddings, or texts.",
  },
  "same-name": {
    severity: "error",
    message: (d) => `two models would have the name ${d.name}: ${d.folders[0]} and ${d.folders[1]}`,
    help: () => "give one of them another name: `NAME=FOLDER`",
    explain:
      "Requests choose a model by its name, so names must be unique. A run has the name of its model, any other folder its own name.",
  },
  "nothing-to-serve": {
    severity: "error",
    message: () => "no folder to serve is given",
    help: () => "write a run folder, or a folder that `deploy` wrote as `huggingface` or `onnx`",
    explain: "A server serves only the models in the folders that it is started with.",
  },
  "folder-not-served": {
    severity: "error",
    message: (d) => `cannot serve ${d.folder}: ${d.why}`,
    help: () => "use a run folder, or a folder that `deploy` wrote as `huggingface` or `onnx`",
    explain:
      "You can serve runs, folders that `deploy` wrote as `huggingface` or `onnx`, and transformers folders whose config.json names a class with a known task.",
  },
};

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
        ? `several models are served, and the request names none of them: ${listNames(d.has)}`
        : `no model ${JSON.stringify(d.name)} is served; there is ${listNames(d.has)}`,
    help: () => "set `model` to one of these names",
    explain:
      "A server has one or several models, each under its name: the folder's, or of a run that of its model. A request says which one it means; where there is one alone it need not.",
  },
  "model-opening": {
    severity: "error",
    message: (d) => `${d.name} can't be asked now: ${d.why}`,
    help: (d) => `ask again in ${String(d.seconds)} s`,
    explain:
      "The process that computes has ended, or was just begun, and the model is being read into it again. Requests that come meanwhile are refused at once and not kept waiting; nothing of them was read.",
  },
  "model-cannot": {
    severity: "error",
    message: (d) => `${d.name} ${d.does}, and can't be asked for ${d.asked}`,
    help: () => "ask what its task answers, or another model",
    explain:
      "What a model can be asked follows from its task: labels, numbers, tags, answers in a context, words in gaps, vectors, or texts.",
  },
  "same-name": {
    severity: "error",
    message: (d) => `two models would be called ${d.name}: ${d.folders[0]} and ${d.folders[1]}`,
    help: () => "give one of them another name: `NAME=FOLDER`",
    explain:
      "Requests choose a model by its name, so each needs one of its own. A run has the name of its model, any other folder its own name.",
  },
  "nothing-to-serve": {
    severity: "error",
    message: () => "no folder is named that could be served",
    help: () => "name the folder of a run, or one that `deploy` wrote as `huggingface` or `onnx`",
    explain: "A server answers for the models in the folders that it is started with, and for no others.",
  },
  "folder-not-served": {
    severity: "error",
    message: (d) => `${d.folder} can't be served: ${d.why}`,
    help: () => "name the folder of a run, or one that `deploy` wrote as `huggingface` or `onnx`",
    explain:
      "Served are runs, what `deploy` wrote as `huggingface` or `onnx`, and folders of transformers whose config.json names a class that says what the model answers.",
  },
};

/** Codes of models that were trained before and are loaded. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";

export interface LoadedCodeData {
  "kept-as-a-model": { readonly name: string };
  "loaded-setting": { readonly keys: readonly string[] };
  "loaded-model": { readonly model: string; readonly task: string };
  "run-without-log": { readonly run: string };
  "run-base-gone": {
    readonly run: string;
    readonly base: string;
    /** Where it is searched. */ readonly was: string;
  };
  "base-changed": { readonly base: string; readonly run: string };
}

const listed = (keys: readonly string[]): string =>
  keys
    .map((key) => `\`${key}\``)
    .join(", ")
    .replace(/, ([^,]+)$/, " and $1");

export const loadedCodes: CodeTable<LoadedCodeData> = {
  "kept-as-a-model": {
    severity: "error",
    message: (d) => `\`${d.name}\` is a model: another model's training can't be kept under its name`,
    help: () => "write a name of its own after `as`",
    explain:
      "`as` keeps a training's weights under a name. Under the name of another model they would take its place, and that model's own weights would be gone from the notebook.",
    example:
      'data d { source: csv("a.csv"), columns: { text: text, label: label } }\nmodel a { base: "b", task: text_classification }\nmodel c { base: "b", task: text_classification }\ntrain a on d as c',
  },
  "loaded-setting": {
    severity: "error",
    message: (d) =>
      `${listed(d.keys)} ${d.keys.length > 1 ? "stand" : "stands"} beside \`load\`: every setting of a loaded model is its run's own`,
    help: (d) =>
      `leave out ${listed(d.keys)}; a model that goes on from these weights with other settings is a new one, with the loaded model's name as its \`base\``,
    explain:
      "`load` opens a finished run: its weights were made with one base, task, technique and length, and mean nothing under others. A model that begins from those weights and differs is a new one: `model next { base: last_week, task: … }`.",
    example: 'model m { load: "runs/m", task: text_classification }',
  },
  "loaded-model": {
    severity: "error",
    message: (d) => `\`${d.model}\` is a finished model; it isn't trained again under its name`,
    help: (d) => `go on from its weights with a model of its own: \`model next { base: ${d.model}, task: ${d.task} }\``,
    explain:
      "`train` always starts from a model's `base`, so that a cell that runs twice gives the same. A loaded model has no definition of its own to start from: it is what a run made. A new model may begin from it (`base: last_week`). An interrupted run goes on with its own program and `resume: true` (the panel's Resume writes it).",
    facts: true,
  },
  "run-without-log": {
    severity: "warning",
    facts: true,
    message: (d) => `the log of ${d.run} is lost: its weights open, but how they were learnt is not known`,
    help: () => "bring events.jsonl back from a copy of its folder; whether the training had ended is for you to know",
    explain:
      "A run's `events.jsonl` has its losses, scores and its end. Without it the weights are those of its best or last " +
      "checkpoint, its history is empty, and nothing says whether its training was cut off.",
  },
  "run-base-gone": {
    severity: "error",
    facts: true,
    message: (d) => `${d.run} was trained on the base ${d.base}, which is no longer there (${d.was})`,
    help: () =>
      'put the base back there (a link will do); where the run trained an adapter, a model over the base\'s new place may begin from it too: `technique: lora(from: "…/adapter")`',
    explain:
      "A run keeps what it trained, not its base, and names the base's folder relative to the notebook that trained it. A base that was moved, renamed or deleted since can't be found from the run.",
  },
  "base-changed": {
    severity: "error",
    facts: true,
    message: (d) => `the base ${d.base} is another than the one that ${d.run} was trained on`,
    help: () => "put the base's files back as they were, or train again on the base as it is now",
    explain:
      "A run keeps what it trained, not its base. Trained weights over another base would answer nonsense, so the base's files are compared by their content with what the run noted.",
  },
};

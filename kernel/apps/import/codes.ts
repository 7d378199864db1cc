/** Diagnostic codes for importing other tools' settings. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { settingValueText } from "./masked-value.js";
import type { Refusal } from "./settings.js";

export interface ImportCodeData {
  "not-settings": { readonly file: string; readonly why: string };
  "unknown-settings": {
    readonly file: string;
    readonly has: readonly string[];
    readonly tools: readonly string[];
  };
  "import-refused": { readonly file: string; readonly refusals: readonly Refusal[] };
}

export const importCodes: CodeTable<ImportCodeData> = {
  "not-settings": {
    severity: "error",
    message: (d) => `${d.file} can't be read as settings: ${d.why}`,
    help: () =>
      "give a YAML or JSON file of settings by name, chats as JSONL, or a training program in Python, or a notebook of one",
    explain:
      "`tunebook import` reads settings in YAML and JSON, OpenAI's chats in JSONL, and the arguments that a Python program or notebook gives to TRL, PEFT and Unsloth (as text: it is never run). The file is none of these, or holds a list or a single value.",
  },
  "unknown-settings": {
    severity: "error",
    message: (d) => `${d.file} is of no tool that is known (it has ${d.has.join(", ")})`,
    help: (d) => `say whose it is: \`--from ${d.tools.join("`, `--from ")}\``,
    explain:
      "Which tool a file belongs to is told by its names: `peft_type` (PEFT's adapter_config.json), `input_features` (Ludwig), `model_name_or_path` beside `stage`, `finetuning_type` or `cutoff_len` (LLaMA-Factory), `base_model` beside `datasets` (Axolotl) or beside `task` and `params` (AutoTrain), `training_file` (OpenAI's jobs), `num_train_epochs` and its like (TRL, transformers, Unsloth).",
  },
  "import-refused": {
    severity: "error",
    message: (d) =>
      `${d.file} asks for what isn't built: ${d.refusals
        .map(({ setting, value, what }) => `\`${setting}: ${settingValueText(setting, value)}\` is ${what}`)
        .join("; ")}`,
    help: (d) => [...new Set(d.refusals.map(({ instead }) => instead))].join("; "),
    explain:
      "The settings ask for another objective, for data that aren't texts, or for a technique that isn't built. A program without them would train something else, so none is written.",
  },
};

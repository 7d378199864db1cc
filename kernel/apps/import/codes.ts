/** Diagnostic codes for importing other tools' settings. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { maskedSettingText } from "./masked-value.js";
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
    message: (d) => `${d.file} cannot be read as settings: ${d.why}`,
    help: () => "use a YAML or JSON file of named settings, chats in JSONL, or a Python training program or notebook",
    explain:
      "`tunebook import` reads settings in YAML and JSON, and OpenAI chats in JSONL. It also reads the arguments that a Python program or notebook passes to TRL, PEFT and Unsloth; it never runs the code. The file is none of these, or contains a list or a single value.",
  },
  "unknown-settings": {
    severity: "error",
    message: (d) => `${d.file} does not belong to a known tool (it has ${d.has.join(", ")})`,
    help: (d) => `name its tool: \`--from ${d.tools.join("`, `--from ")}\``,
    explain:
      "The setting names identify the tool: `peft_type` (PEFT's adapter_config.json), `input_features` (Ludwig), `model_name_or_path` with `stage`, `finetuning_type` or `cutoff_len` (LLaMA-Factory), `base_model` with `datasets` (Axolotl) or with `task` and `params` (AutoTrain), `training_file` (OpenAI jobs), `num_train_epochs` and similar names (TRL, transformers, Unsloth).",
  },
  "import-refused": {
    severity: "error",
    message: (d) =>
      `${d.file} has settings that are not supported: ${d.refusals
        .map(({ setting, value, what }) => `\`${setting}: ${maskedSettingText(setting, value)}\` is ${what}`)
        .join("; ")}`,
    help: (d) => [...new Set(d.refusals.map(({ instead }) => instead))].join("; "),
    explain:
      "The settings require another objective, data other than text, or a technique that is not supported yet. A program without them would train something else, so no program is written.",
  },
};

/** Codes of importing other tools' settings. */
import { registerCodes } from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "not-settings": { readonly file: string; readonly why: string };
    "unknown-settings": {
      readonly file: string;
      readonly has: readonly string[];
      readonly tools: readonly string[];
    };
  }
}

registerCodes({
  "not-settings": {
    severity: "error",
    message: (d) => `${d.file} can't be read as settings: ${d.why}`,
    help: () => "give a YAML or JSON file of settings by name",
    explain: "`tunebook import` reads YAML and JSON. The file is neither, or holds a list or a single value.",
  },
  "unknown-settings": {
    severity: "error",
    message: (d) => `${d.file} is of no tool that is known (it has ${d.has.join(", ")})`,
    help: (d) => `say whose it is: \`--from ${d.tools.join("`, `--from ")}\``,
    explain:
      "Which tool a file belongs to is told by its names: `peft_type` (PEFT's adapter_config.json), `base_model` beside `datasets` (Axolotl), `input_features` (Ludwig), `base_model` beside `task` and `params` (AutoTrain).",
  },
});

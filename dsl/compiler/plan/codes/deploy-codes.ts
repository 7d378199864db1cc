/** Codes of `deploy`. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";
import { listNamesAsCode } from "../../../language/diagnostics/lists.js";

export interface DeployCodeData {
  /** `instead`: what to write; `help`: what to do. If neither is set, another target is suggested. */
  "cannot-deploy": {
    readonly model: string;
    readonly target: string;
    readonly why: string;
    readonly instead?: string;
    readonly help?: string;
  };
  /** `found`: `models`, a connector, or a key. */
  "not-for-target": {
    readonly target: string;
    readonly found: string;
    readonly models: number;
    readonly serving: readonly string[];
  };
  "wrong-ending": { readonly place: string; readonly ending: string; readonly instead: string };
}

export const deployCodes: CodeTable<DeployCodeData> = {
  "cannot-deploy": {
    severity: "error",
    message: (d) => `${d.model} can't be written as ${d.target}: ${d.why}`,
    help: (d) =>
      d.instead !== undefined
        ? `write ${d.instead}`
        : d.help !== undefined
          ? d.help
          : "choose another target; the table of targets in docs/deploying.md says which holds what",
    explain:
      "Each format holds models of some families and tasks, and what some techniques train. Nothing was written, since what could be written would not answer as the model does.",
    example:
      'data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, test: 20%) }\nmodel router { base: "all-MiniLM-L6-v2", task: text_classification }\ntrain router on tickets\ndeploy router to gguf("build/router.gguf")',
  },
  "not-for-target": {
    severity: "error",
    message: (d) =>
      d.found === "models"
        ? `\`${d.target}\` is written of one model, not of ${String(d.models)}`
        : d.found === "as"
          ? `\`${d.target}\` is written and done: nothing is left that could have a name`
          : `\`${d.target}\` serves and writes nothing: it goes by no \`${d.found}\``,
    help: (d) =>
      d.found === "models"
        ? `write a statement for each; ${listNamesAsCode(d.serving)} takes several`
        : `leave out \`${d.found}\`${d.found === "as" ? `; ${listNamesAsCode(d.serving)} takes a name` : ""}`,
    explain:
      "Most targets write one model, and prove on rows that it answers as before. A target that serves answers requests of one model or several until it is stopped, by the name after `as`.",
    example:
      'data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, test: 20%) }\nmodel router { base: "all-MiniLM-L6-v2", task: text_classification }\ntrain router on tickets\ndeploy router to onnx("build/router") as desk',
  },
  "wrong-ending": {
    severity: "error",
    message: (d) => (d.place === "" ? "it is written nowhere" : `\`${d.place}\` doesn't end in \`${d.ending}\``),
    help: (d) => (d.place === "" ? "name where it is written" : `write \`${JSON.stringify(d.instead)}\``),
    explain: "Runtimes tell a file by its ending; a folder has any name.",
    example:
      'data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, test: 20%) }\nmodel router { base: "all-MiniLM-L6-v2", task: text_classification }\ntrain router on tickets\ndeploy router to tflite("build/router")',
  },
};

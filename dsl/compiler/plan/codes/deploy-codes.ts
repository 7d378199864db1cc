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
    message: (d) => `cannot write ${d.model} as ${d.target}: ${d.why}`,
    help: (d) =>
      d.instead !== undefined
        ? `write ${d.instead}`
        : d.help !== undefined
          ? d.help
          : "choose another target; the table in docs/deploying.md shows what each supports",
    explain:
      "Each format supports some model families, tasks and techniques. Nothing was written, because the file would not answer as the model does.",
    example:
      'data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, test: 20%) }\nmodel router { base: "all-MiniLM-L6-v2", task: text_classification }\ntrain router on tickets\ndeploy router to gguf("build/router.gguf")',
  },
  "not-for-target": {
    severity: "error",
    message: (d) =>
      d.found === "models"
        ? `\`${d.target}\` writes one model, but ${String(d.models)} are given`
        : d.found === "as"
          ? `\`${d.target}\` writes files and ends: there is nothing to name`
          : `\`${d.target}\` serves and writes no files, so \`${d.found}\` has no effect`,
    help: (d) =>
      d.found === "models"
        ? `write one statement per model; ${listNamesAsCode(d.serving)} accepts several`
        : `remove \`${d.found}\`${d.found === "as" ? `; ${listNamesAsCode(d.serving)} accepts a name` : ""}`,
    explain:
      "Most targets write one model and prove on rows that it answers as before. A target that serves answers requests for one or more models until it is stopped by the name after `as`.",
    example:
      'data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, test: 20%) }\nmodel router { base: "all-MiniLM-L6-v2", task: text_classification }\ntrain router on tickets\ndeploy router to onnx("build/router") as desk',
  },
  "wrong-ending": {
    severity: "error",
    message: (d) => (d.place === "" ? "no path is given" : `\`${d.place}\` does not end in \`${d.ending}\``),
    help: (d) => (d.place === "" ? "write the path of the file" : `write \`${JSON.stringify(d.instead)}\``),
    explain: "Runtimes recognise a file by its ending. A folder can have any name.",
    example:
      'data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, test: 20%) }\nmodel router { base: "all-MiniLM-L6-v2", task: text_classification }\ntrain router on tickets\ndeploy router to tflite("build/router")',
  },
};

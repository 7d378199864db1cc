/** Error codes of prompts and of their rows. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";

export interface PromptingCodeData {
  "no-prompting": { readonly base: string; readonly why: string };
  "unknown-hole": { readonly hole: string; readonly has: readonly string[] };
  "hole-tells-answer": { readonly hole: string; readonly has: readonly string[] };
  "prompt-without-hole": { readonly has: readonly string[] };
  "prompt-cut": { readonly contender: string; readonly rows: number; readonly of: number; readonly base: string };
}

const holes = (has: readonly string[]): string => listNames(has.map((role) => `\`{${role}}\``));
const example = (prompt: string): string =>
  `data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d\nevaluate m, prompt("SmolLM2-135M-Instruct", "${prompt}") on d.test`;

export const promptingCodes: CodeTable<PromptingCodeData> = {
  "no-prompting": {
    severity: "error",
    message: (d) => `${d.base} cannot be prompted: ${d.why}`,
    help: () => "use a base that continues texts, such as `SmolLM2-135M-Instruct`",
    explain:
      "A prompt is a text that the base continues. Only decoders do that (GPT-2, LLaMA, Qwen and others). Encoders such as BERT write no text; models like T5 read one text and write another.",
  },
  "unknown-hole": {
    severity: "error",
    message: (d) => `the data have no role \`${d.hole}\` for the prompt`,
    help: (d) => {
      const near = nearestWord(d.hole, d.has);
      return near === undefined
        ? `use one of ${holes(d.has)}; for literal braces double them: \`{{${d.hole}}}\``
        : `write \`{${near}}\``;
    },
    explain:
      "A name in braces is a placeholder for each row's value of that role. Roles are the names before the colons in the data's `columns`. Doubled braces, or braces around anything but a name, are literal text.",
    example: example("Which team? {body}"),
  },
  "hole-tells-answer": {
    severity: "error",
    message: (d) => `\`{${d.hole}}\` would reveal the answer`,
    help: (d) => `remove it; use ${holes(d.has)}`,
    explain: "The role contains the answer to predict. A prompt with the row's answer makes the score meaningless.",
    example: example("{text} is {label}"),
  },
  "prompt-without-hole": {
    severity: "error",
    message: () => "the prompt has no placeholder, so it would be the same for all rows",
    help: (d) => `insert the row's text: ${holes(d.has)}`,
    explain: "A name in braces is a placeholder for each row's value of that role.",
    example: example("Which team?"),
  },
  "prompt-cut": {
    severity: "warning",
    message: (d) =>
      `with the prompt, ${d.rows.toLocaleString("en-US")} of ${d.of.toLocaleString("en-US")} rows ${d.rows === 1 ? "does" : "do"} not fit into the context of ${d.base}: ${d.rows === 1 ? "its text is" : "their texts are"} truncated`,
    help: () => "use fewer or shorter `shots`, or a base with a longer context",
    explain:
      "Instruction and examples are never truncated, so that all rows get the same prompt. If a row is too long, the end of its own text is cut, which may contain the answer.",
  },
};

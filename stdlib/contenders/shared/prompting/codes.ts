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
    message: (d) => `${d.base} can't be asked by prompts: ${d.why}`,
    help: () => "name a base that continues texts, such as `SmolLM2-135M-Instruct`",
    explain:
      "A prompt is a text that the base goes on with: only decoders do (GPT-2, LLaMA, Qwen and their like). Encoders such as BERT read whole texts and write none; models like T5 read one text and write another.",
  },
  "unknown-hole": {
    severity: "error",
    message: (d) => `the data have no role \`${d.hole}\` that could stand in the prompt`,
    help: (d) => {
      const near = nearestWord(d.hole, d.has);
      return near === undefined
        ? `a hole is one of ${holes(d.has)}; braces that are text are doubled: \`{{${d.hole}}}\``
        : `write \`{${near}}\``;
    },
    explain:
      "A name in braces is a hole, in which each row's own value of that role stands. Roles are the names before the colons in the data's `columns`. Braces that are doubled, or that hold anything but a name, are text.",
    example: example("Which team? {body}"),
  },
  "hole-tells-answer": {
    severity: "error",
    message: (d) => `\`{${d.hole}}\` would tell the answer`,
    help: (d) => `leave it out: a hole is one of ${holes(d.has)}`,
    explain:
      "The role holds what the model is to find. In a prompt it would give each row's own answer away, and the score would say nothing.",
    example: example("{text} is {label}"),
  },
  "prompt-without-hole": {
    severity: "error",
    message: () => "the prompt has no hole, so that all rows would be asked the same",
    help: (d) => `put the row's text into it: ${holes(d.has)}`,
    explain: "A name in braces stands for each row's own value of that role.",
    example: example("Which team?"),
  },
  "prompt-cut": {
    severity: "warning",
    message: (d) =>
      `${d.rows.toLocaleString("en-US")} of ${d.of.toLocaleString("en-US")} rows ${d.rows === 1 ? "is" : "are"} longer than ${d.base} has room for beside the prompt: ${d.rows === 1 ? "its text is" : "their texts are"} cut`,
    help: () => "fewer or shorter `shots` leave more room, or a base that reads more",
    explain:
      "Instruction and examples are never cut, since all rows are asked alike: a row that is too long loses the end of its own text, and may lose what its answer hangs on.",
  },
};

/** Error codes of prompts, found once rows are encoded. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface PromptedCodeData {
  "prompt-too-long": {
    readonly base: string;
    readonly tokens: number;
    readonly most: number;
    readonly shots: number;
  };
  "answer-without-token": { readonly base: string; readonly answer: string };
}

export const promptedCodes: CodeTable<PromptedCodeData> = {
  "prompt-too-long": {
    severity: "error",
    message: (d) =>
      `the prompt has ${d.tokens} tokens without any text of the row's own, and ${d.base} has room for ${d.most}`,
    help: (d) => (d.shots > 0 ? "fewer `shots`, or a shorter instruction" : "a shorter instruction, or another base"),
    explain:
      "A row that is too long for the base loses the end of its own texts; the instruction and the examples before it are never cut, since all rows are asked alike. Here they fill the base's positions alone.",
  },
  "answer-without-token": {
    severity: "error",
    message: (d) => `“${d.answer}” adds no token to a prompt of ${d.base}, so that nothing says how likely it is`,
    help: () => "`answers: text`, or labels that have letters",
    explain:
      "How likely an answer is follows from the probabilities of its tokens after the prompt. An answer that is empty, or that the tokenizer leaves out, has none.",
  },
};

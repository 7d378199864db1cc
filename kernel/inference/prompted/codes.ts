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
      `the prompt has ${d.tokens} tokens even without the row's text, but ${d.base} has room for ${d.most}`,
    help: (d) =>
      d.shots > 0 ? "use fewer `shots`, or a shorter instruction" : "use a shorter instruction, or another base",
    explain:
      "A row that is too long for the base loses the end of its own text. Instruction and examples are never truncated, so that all rows get the same prompt. Here they already fill the base's positions.",
  },
  "answer-without-token": {
    severity: "error",
    message: (d) => `“${d.answer}” adds no token to a prompt of ${d.base}, so it has no probability`,
    help: () => "write `answers: text`, or use labels that contain letters",
    explain:
      "The probability of an answer is that of its tokens after the prompt. An answer that is empty, or that the tokenizer drops, has none.",
  },
};

/** Codes of the tasks. */
import type {} from "#dsl/check/codes.js";
import { registerCodes } from "#dsl/check/codes.js";

declare module "#dsl/check/codes.js" {
  interface CodeData {
    "task-without-head": { readonly task: string };
  }
}

registerCodes({
  "task-without-head": {
    severity: "error",
    message: (d) => `the base model can't do ${d.task}: it has no output embedding`,
    help: () => "choose a decoder as base: `SmolLM2-135M-Instruct`, or one of the GPT-2 or LLaMA families",
    explain:
      "A model that writes text predicts the next token at every position. Encoders (BERT and its kin) read a whole text " +
      "at once and have no such output; choose a decoder, or a task that labels texts.",
  },
});

/** Codes of the tasks. */
import type {} from "#dsl/check/codes.js";
import { registerCodes } from "#dsl/check/codes.js";

declare module "#dsl/check/codes.js" {
  interface CodeData {
    "task-not-for-base": { readonly task: string; readonly family: string; readonly families: readonly string[] };
  }
}

registerCodes({
  "task-not-for-base": {
    severity: "error",
    message: (d) => `a base of the ${d.family} family can't do ${d.task} here`,
    help: (d) => `choose a base of these families: ${d.families.join(", ")}`,
    explain:
      "Decoders (GPT-2, LLaMA and their kin) predict the next token and so write text; encoders (BERT and its kin) read a " +
      "whole text at once and so label it. A task is built for the families that have what its head reads.",
  },
});

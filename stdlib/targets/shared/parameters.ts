/** Parameters that targets share, and aliases that users may look for. */
import { defineParameter } from "#dsl/language/types/define.js";
import { foreignNameAdvice } from "../../foreign-names/advice.js";

/** Advice for keys of the verb that users write inside a target's parentheses. */
export const misplacedVerbKeyAdvice = foreignNameAdvice([
  ["overwrite force replace exist_ok", "it is a key of the verb: `deploy NAME to TARGET { overwrite: true }`"],
  ["rows limit max_samples", "it is a key of the verb: `deploy NAME on DATA.SPLIT to TARGET { rows: 1000 }`"],
]).advice;

export const folderParameter = defineParameter({
  name: "path",
  type: { is: "string" },
  suggests: { from: "files", endings: [] },
  doc: "The folder that is filled; a relative path starts from the notebook's folder.",
  positional: true,
  required: true,
  why: "A separate folder contains the weights, tokenizer and config, and the proof.",
  impact: "high",
});

/** `[1, 128]`, or one of the names. */
export const shapeParameterType = {
  is: "either",
  of: [
    { is: "list", of: { is: "number", integer: true } },
    { is: "choice", of: ["fixed", "free"], elsewhere: { dynamic: "free", any: "free", static: "fixed" } },
  ],
} as const;

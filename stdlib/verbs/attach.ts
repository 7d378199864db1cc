import { compileAttach as read } from "#dsl/compiler/attach/attach.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "attach",
  doc: "Shows a detached training or sweep (`train … { detach: true }`) live. When it ends, its name is the model or the result of the sweep; if it has already ended, it is opened at once. A path in quotes is the folder of its run. Interrupting the cell stops only the watching.",
  example: "attach night",
  operands: { what: "training" },
  connectors: { as: { takes: "new-name" } },
  effect: "acts",
  read,
  elsewhere: { follow: "attach", watch: "attach", tail: "attach", reattach: "attach", join: "attach" },
  parameters: [],
};

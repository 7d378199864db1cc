import { compileAttach as read } from "#dsl/compiler/attach/attach.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "attach",
  doc: "Shows a training or a sweep that runs by itself (`train … { detach: true }`), live; when it ends its name stands for the model, or for what the sweep found. One that has ended is opened at once. In quotes: the folder of its run. To interrupt it stops watching alone.",
  example: "attach night",
  operands: { what: "training" },
  connectors: { as: { takes: "new-name" } },
  effect: "acts",
  read,
  elsewhere: { follow: "attach", watch: "attach", tail: "attach", reattach: "attach", join: "attach" },
  parameters: [],
};

import type { Verb } from "#dsl/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "deploy",
  doc: "Writes a trained model for use elsewhere.",
  example: 'deploy router to onnx("build/router")',
  since: "0.1.0",
  planned: {
    meanwhile:
      '`await router.save("folder")` in a TypeScript cell writes a folder that transformers or PEFT opens, `await router.merge("folder")` the whole model',
  },
  elsewhere: {
    ...{ export: "deploy", save: "deploy", publish: "deploy", push: "deploy", push_to_hub: "deploy" },
    ...{ upload: "deploy", convert: "deploy", merge: "deploy", write: "deploy" },
  },
  operands: { what: "any", many: true },
  connectors: {},
  effect: "acts",
  parameters: [],
};

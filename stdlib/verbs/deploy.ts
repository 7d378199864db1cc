import type { Verb } from "#dsl/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "deploy",
  doc: "Writes a trained model for use elsewhere.",
  example: 'deploy router to onnx("build/router")',
  since: "0.1.0",
  planned: {
    meanwhile: "checkpoints of a run are safetensors in `runs/<id>/`; `router.predict([...])` answers in TypeScript",
  },
  operands: { what: "any", many: true },
  connectors: {},
  effect: "acts",
  parameters: [],
};

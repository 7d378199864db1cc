import { deploy as read } from "#dsl/compile/deploy.js";
import type { BuiltVerb } from "#dsl/compile/act.js";

export const word: BuiltVerb = {
  kind: "verb",
  name: "deploy",
  doc: "Writes a trained model for use elsewhere and proves it: what was written is opened in its own runtime, answers made-up inputs and rows of the data, and is compared with the notebook's answers. Where they differ, nothing is left.",
  example: 'deploy router to huggingface("build/router")',
  since: "0.1.0",
  elsewhere: {
    ...{ export: "deploy", save: "deploy", publish: "deploy", push: "deploy", push_to_hub: "deploy" },
    ...{ upload: "deploy", convert: "deploy", merge: "deploy", write: "deploy" },
    ...{ replace: "overwrite", force: "overwrite", exist_ok: "overwrite", samples: "rows" },
    ...{ into: "to", in: "to" },
  },
  advice: {
    quantize: 'it belongs to the target: `to onnx("folder", quantize: int8)`',
    quantization: 'it belongs to the target: `to onnx("folder", quantize: int8)`',
    dtype: 'it belongs to the target: `to onnx("folder", quantize: f16)`',
    private: "pushed repositories are private unless the target says `private: false`",
  },
  operands: { what: "model", many: true },
  connectors: { to: { takes: "target", required: true }, on: { takes: "data" }, as: { takes: "new-name" } },
  effect: "acts",
  read,
  parameters: [
    {
      name: "rows",
      type: { is: "number", integer: true },
      doc: "Most rows of the data that both models are scored on; 0: none.",
      range: { min: 0 },
      default: { value: 1000 },
      why: "A thousand rows show a difference of one or two points; more may take a while.",
      impact: "low",
    },
    {
      name: "overwrite",
      type: { is: "boolean" },
      doc: "Another model's deployment that lies there is written over.",
      default: { value: false },
      why: "A repeated name must not destroy what somebody relies on.",
      impact: "low",
    },
  ],
};

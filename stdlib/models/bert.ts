import type { Word } from "#dsl/registry.js";
import {
  bertSpecials,
  checkHeads,
  elsewhere,
  heads,
  hidden,
  intermediate,
  layers,
  type FromScratch,
} from "./from-words.js";

export const word: Word = {
  kind: "model",
  name: "bert",
  doc: "BERT and models of its shape (MiniLM, BGE, E5, GTE v1): a bidirectional encoder with learned absolute positions, normalised after each sub-layer.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification }',
  since: "0.1.0",
  parameters: [layers, hidden, heads, intermediate(4)],
  elsewhere,
  check: (call, context) => checkHeads(call, context),
  capabilities: {
    scratch: bertSpecials satisfies FromScratch,
    /** `model_type` in config.json. */
    modelType: "bert",
    /** What the names of its classes in transformers begin with. */
    className: "Bert",
    /** Linear layers that a technique changes unless told otherwise. */
    targets: ["query", "value"],
    /** All linear layers of a block, by the last name of their path (`attention.output.dense` counts as dense). */
    linears: ["query", "key", "value", "dense"],
    pools: true,
    /** It has a head that names masked tokens. */
    unmasks: true,
    shape: "encoder",
  },
  load: () => import("./bert.run.js").then((m) => m.bert),
};

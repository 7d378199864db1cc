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
  name: "distilbert",
  doc: "DistilBERT: BERT's shape with half its layers, without token types and pooler; two thirds of the weights.",
  example: 'model router { base: "distilbert/distilbert-base-uncased", task: text_classification }',
  since: "0.1.0",
  parameters: [layers, hidden, heads, intermediate(4)],
  elsewhere,
  check: (call, context) => checkHeads(call, context),
  capabilities: {
    scratch: bertSpecials satisfies FromScratch,
    modelType: "distilbert",
    className: "DistilBert",
    targets: ["q_lin", "v_lin"],
    linears: ["q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"],
    shape: "encoder",
    /** It has a head that names masked tokens. */
    unmasks: true,
    /** Its head over a whole text has a second layer, as wide as the model. */
    denseHead: true,
  },
  load: () => import("./distilbert.run.js").then((m) => m.distilbert),
};

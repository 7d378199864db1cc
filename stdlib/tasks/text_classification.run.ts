/** Labels of whole texts, by the head of the family's ...ForSequenceClassification. */
import type { TaskImplementation } from "../kinds.js";

export const textClassification: TaskImplementation = {
  supervision: "label",
  headPaths: "sentence",
  head(_layers, _body, o) {
    const logits = o.sentence(o.labels);
    return {
      logits: () => logits,
      loss: ({ labels }, reduction) => logits.crossEntropy(labels, { reduction }),
    };
  },
};

/** The head of BertForSequenceClassification: dropout and a linear layer (`classifier`) over what the model pools. */
import type { TaskImplementation } from "../kinds.js";

export const textClassification: TaskImplementation = {
  supervision: "label",
  headPaths: ["classifier"],
  head(layers, body, o) {
    const features = body.pooled ?? body.first ?? body.last_hidden_state.takePosition(0);
    const kept = layers.dropout("dropout", features, o.dropout);
    const logits = layers.linear("classifier", kept, { in: o.hidden, out: o.labels });
    return {
      logits: () => logits,
      loss: ({ labels }, reduction) => logits.crossEntropy(labels, { reduction }),
    };
  },
};

/** The head of BertForSequenceClassification: dropout and a linear layer (`classifier`) over what the model pools. */
import type { SentenceHead } from "../kinds.js";

export const pooledHead: SentenceHead = {
  paths: ["classifier"],
  logits(layers, body, { hidden, labels, dropout }) {
    const features = body.pooled ?? body.last_hidden_state.takePosition(0);
    return layers.linear("classifier", layers.dropout("dropout", features, dropout), { in: hidden, out: labels });
  },
};

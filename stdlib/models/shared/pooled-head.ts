/** The head of BertForSequenceClassification: dropout and a linear layer (`classifier`) over the pooled output. */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { ModelOutputs, SequenceClassificationHead } from "../kind.js";

export const pooledHead: SequenceClassificationHead = {
  paths: ["classifier"],
  logits(layers, body, { hidden, labels, dropout }) {
    const features = body.pooled ?? firstPositionOf(body);
    return layers.linear("classifier", layers.dropout("dropout", features, dropout), { in: hidden, out: labels });
  },
};

/**
 * Returns the state at the first position, [batch, hidden]; with virtual tokens of a technique, that is a virtual
 * token.
 */
export function firstPositionOf(body: ModelOutputs): Tensor {
  return body.first ?? body.last_hidden_state.takePosition(0);
}

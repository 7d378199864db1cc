import { attention_gradient } from "./attention_gradient.js";
import { ATTENTION_ATTRIBUTES } from "./shared/heads.js";
import {
  addScaledInPlace,
  withAttentionDefaults,
  attentionInputs,
  attentionOutputTypes,
  tanhOfScoreOverCap,
  dotProduct,
  forEachQuery,
  attentionGeometry,
  HIDDEN_KEY_SCORE,
  dropoutFactors,
  keyVisibility,
} from "./shared/heads.js";
import { defineOp } from "../op.js";
import { elementCount } from "../shape.js";
import { softmaxRows } from "../numbers/softmax.js";
import { makeArrayValues } from "../values.js";

/**
 * Scaled dot-product attention (Vaswani et al., 2017, arXiv 1706.03762), with grouped key-value heads (Ainslie et al.,
 * 2023, arXiv 2305.13245). Products with hidden keys are computed and counted in full, causal or not, as in PyTorch.
 */
export const attention = defineOp({
  name: "attention",
  doc:
    "(q [batch, length, `heads` × size], k, v [batch, keys, `key_value_heads` × size], mask i32 [batch, keys] or a scalar, and what `given` names: " +
    "segments i32 [batch, length], bias [heads or 1, length, keys], offset i32, step i32, a scalar or [batch]) → context as q, and probabilities [batch, heads, length, keys]: " +
    "softmax(`scale` · q kᵀ + bias) over the keys that a query sees. Query i stands at offset + i. Hidden are keys with mask 0, later ones if `causal`, " +
    "those `window` or more away (0: none), those of another segment; a query that sees none weighs all alike. " +
    "With a `cap` (0: none) scale · q kᵀ is bent to cap · tanh(· / cap) first. " +
    "`heads` / `key_value_heads` neighbouring heads share a key-value head. Dropout (`rate`, `seed`, `site`, by step) acts on the probabilities that weigh v; those given out are before it.",
  product: true,
  inputs: ["q", "k", "v", "mask", "...extras"],
  outputs: ["context", "probabilities"],
  attributes: ATTENTION_ATTRIBUTES,
  type: attentionOutputTypes,
  gradient(graph, { inputs, outputs: [context, probabilities], attributes }, [dy], wanted) {
    const a = withAttentionDefaults(attributes);
    const { q, k, v, bias, step } = attentionInputs(inputs, a);
    if (!dy) return [];
    const known = [q, k, v, probabilities, context, dy] as const;
    const [dq, dk, dv, dscores] = graph.apply(attention_gradient, step ? [...known, step] : known, attributes);
    // Sums the bias gradient over the batch, and over the heads where they share one bias.
    const biasInput = 4 + a.given.indexOf("bias");
    const dbias =
      bias && wanted[biasInput] ? dscores.sum(bias.shape[0] === a.heads ? [0] : [0, 1]).reshape(bias.shape) : undefined;
    return [dq, dk, dv, ...inputs.slice(3).map((_, i) => (3 + i === biasInput ? dbias : undefined))];
  },
  evaluate(inputs, attributes, [shape, square]) {
    const a = withAttentionDefaults(attributes);
    const x = attentionInputs(inputs, a);
    const { q, k, v, bias } = x;
    const g = attentionGeometry(q, k, a);
    const sees = keyVisibility(g, a, x);
    const scores = makeArrayValues(square);
    forEachQuery(g, (b, h, i) => {
      const added = bias && ((bias.shape[0] === 1 ? 0 : h) * g.length + i) * g.keys;
      for (let j = 0; j < g.keys; j++) {
        const product = a.scale * dotProduct(q.data, g.query(b, i, h), k.data, g.key(b, j, h), g.size);
        const score = a.cap ? a.cap * tanhOfScoreOverCap(product, a) : product;
        const biased = score + (added === undefined ? 0 : bias!.data[added + j]!);
        scores.data[g.row(b, h, i) + j] = biased + (sees(b, i, j) ? 0 : HIDDEN_KEY_SCORE);
      }
    });
    const p = { shape: square, data: softmaxRows(scores.data, g.keys, false) };
    const keep = dropoutFactors(p, a, x.step);
    const y = makeArrayValues(shape);
    forEachQuery(g, (b, h, i) => {
      for (let j = 0; j < g.keys; j++) {
        const index = g.row(b, h, i) + j;
        addScaledInPlace(y.data, g.query(b, i, h), v.data, g.key(b, j, h), g.size, p.data[index]! * keep[index]!);
      }
    });
    return [y, p];
  },
  flops: ([q, k], _, sizes) => {
    const keys = k.shape[1]!;
    return 4 * elementCount(q, sizes) * (typeof keys === "number" ? keys : sizes[keys]!);
  },
});

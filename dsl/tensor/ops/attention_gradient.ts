import { ATTENTION_ATTRIBUTES } from "./shared/heads.js";
import {
  addScaledInPlace,
  withAttentionDefaults,
  attentionGradientInputs,
  tanhOfScoreOverCap,
  dotProduct,
  forEachQuery,
  attentionGeometry,
  dropoutFactors,
} from "./shared/heads.js";
import { defineOp } from "../op.js";
import { elementCount, requireShape } from "../shape.js";
import { makeArrayValues } from "../values.js";

/**
 * With P the probabilities and K dropout's factors: dV = (P ∘ K)ᵀ dY, dP = K ∘ (dY Vᵀ), dS = P ∘ (dP − D), D the sum of
 * P ∘ dP over the keys, dQ = scale · dS K, dK = scale · dSᵀ Q. D equals the sum of Y ∘ dY over a head's size (Dao et
 * al., 2022, arXiv 2205.14135), which engines use instead, as it saves two passes over all scores. With capped scores,
 * the gradient of q and k uses dS · (1 − tanh²(score / cap)); dscores is the gradient of the bias, before that factor.
 */
export const attention_gradient = defineOp({
  name: "attention_gradient",
  doc: "(q, k, v, probabilities, context, dcontext, step if `rate` > 0) → (dq, dk, dv, dscores [batch, heads, length, keys]); probabilities and context are attention's own outputs, the attributes are its own.",
  product: true,
  inputs: ["q", "k", "v", "probabilities", "context", "dcontext", "step?"],
  outputs: ["dq", "dk", "dv", "dscores"],
  attributes: ATTENTION_ATTRIBUTES,
  type([q, k, v, p, y, dy]) {
    requireShape(y, q.shape, "the context");
    requireShape(dy, q.shape, "dcontext");
    return [q, k, v, p!];
  },
  evaluate(inputs, attributes, [queries, keys, others, square]) {
    const a = withAttentionDefaults(attributes);
    const { q, k, v, probabilities: p, dcontext: dy, step } = attentionGradientInputs(inputs);
    const g = attentionGeometry(q, k, a);
    const keep = dropoutFactors(p, a, step);
    const [dq, dk, dv, dscores] = [
      makeArrayValues(queries),
      makeArrayValues(keys),
      makeArrayValues(others),
      makeArrayValues(square),
    ];
    const dp = new Float64Array(g.keys);
    forEachQuery(g, (b, h, i) => {
      const row = g.row(b, h, i);
      const queryStart = g.query(b, i, h);
      for (let j = 0; j < g.keys; j++)
        dp[j] = keep[row + j]! * dotProduct(dy.data, queryStart, v.data, g.key(b, j, h), g.size);
      const mean = dotProduct(dp, 0, p.data, row, g.keys);
      for (let j = 0; j < g.keys; j++) {
        const ds = p.data[row + j]! * (dp[j]! - mean);
        const other = g.key(b, j, h);
        dscores.data[row + j] = ds;
        const t = a.cap ? tanhOfScoreOverCap(a.scale * dotProduct(q.data, queryStart, k.data, other, g.size), a) : 0;
        const sloped = a.scale * ds * (1 - t * t);
        addScaledInPlace(dq.data, queryStart, k.data, other, g.size, sloped);
        addScaledInPlace(dk.data, other, q.data, queryStart, g.size, sloped);
        addScaledInPlace(dv.data, other, dy.data, queryStart, g.size, p.data[row + j]! * keep[row + j]!);
      }
    });
    return [dq, dk, dv, dscores];
  },
  // Four products: one each for dq and dk, one that both and dscores need, and one for dv.
  flops([q, k], _, sizes, wanted) {
    const [, keys = 1] = k.shape;
    const [dq = 0, dk = 0, dv = 0, dscores = 0] = wanted.map(Number);
    const products = dq + dk + Math.max(dq, dk, dscores) + dv;
    return 2 * products * elementCount(q, sizes) * (typeof keys === "number" ? keys : sizes[keys]!);
  },
  // Probabilities are recomputed block by block, unless scores are capped.
  unread: ({ cap }) => (cap ? [] : [3]),
});

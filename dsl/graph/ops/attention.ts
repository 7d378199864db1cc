import { accumulate, attentionAttributes, attentionTypes, dot, eachRow, geometry, HIDDEN, keepOf } from "../heads.js";
import type { Op } from "../op.js";
import { elements } from "../shape.js";
import { softmaxRows } from "../softmax.js";
import { values } from "../values.js";

export const attention: Op = {
  name: "attention",
  doc:
    "(q, k, v [batch, length, `heads` × size], mask i32 [batch, keys] or a scalar 1, step i32 if `rate` > 0) → context [batch, length, heads × size] " +
    "and probabilities [batch, heads, length, keys]: softmax(`scale` · q kᵀ), keys with mask 0 hidden. Dropout (`rate`, `seed`, `site`) acts on the probabilities that weigh v; those given out are before it.",
  type: attentionTypes,
  gradient(graph, { inputs: [q, k, v, , step], outputs: [, probabilities], attributes }, [dy]) {
    const inputs = [q!, k!, v!, probabilities!, dy!, ...(step ? [step] : [])];
    return [...graph.apply("attention_gradient", inputs, attributes), undefined, ...(step ? [undefined] : [])];
  },
  evaluate([q, k, v, mask, step], attributes, [shape, square]) {
    const a = attentionAttributes(attributes);
    const g = geometry(q!, k!, a.heads);
    const scores = values(square!);
    eachRow(g, (b, h, i) => {
      for (let j = 0; j < g.keys; j++) {
        const seen = mask!.shape.length ? mask!.data[b * g.keys + j]! : mask!.data[0]!;
        const score = a.scale * dot(q!.data, g.query(b, i, h), k!.data, g.key(b, j, h), g.size);
        scores.data[g.row(b, h, i) + j] = score + (seen ? 0 : HIDDEN);
      }
    });
    const p = { shape: square!, data: softmaxRows(scores.data, g.keys, false) };
    const keep = keepOf(p, a, step);
    const y = values(shape!);
    eachRow(g, (b, h, i) => {
      for (let j = 0; j < g.keys; j++) {
        const at = g.row(b, h, i) + j;
        accumulate(y.data, g.query(b, i, h), v!.data, g.key(b, j, h), g.size, p.data[at]! * keep[at]!);
      }
    });
    return [y, p];
  },
  flops: ([q, k], _, sizes) => {
    const keys = k!.shape[1]!;
    return 4 * elements(q!, sizes) * (typeof keys === "number" ? keys : sizes[keys]!);
  },
};

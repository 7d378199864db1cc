import { eachHeadRow, headDType, wantHead } from "../head.js";
import type { Op } from "../op.js";
import { elements } from "../shape.js";
import { values } from "../values.js";

export const head_loss: Op = {
  name: "head_loss",
  doc:
    "(x [m, n], weight [vocabulary, n], labels i32 [m], bias [vocabulary]?) → mean or sum (`reduction`) of −log softmax(x · weightᵀ + bias)[label] over the rows whose label isn't `ignore`, a scalar; 0 where there is none. " +
    "With a `cap`, logits are bent to cap · tanh(· / cap) first. The head of a language model and its loss in one: an engine makes the logits in `chunks` parts of the rows, one at a time, and never holds them all. f32 where x is bf16.",
  type(inputs, a) {
    wantHead(inputs, a);
    return [{ dtype: headDType(inputs[0]!), shape: [] }];
  },
  gradient(graph, { inputs: [x, weight, labels, bias], attributes }, [dy], wanted) {
    const [dx, dweight, dbias] = graph.apply(
      "head_loss_gradient",
      [x!, weight!, labels!, dy!, ...(bias ? [bias] : [])],
      attributes,
    );
    const given = [dx, dweight, undefined, ...(bias ? [dbias] : [])];
    return given.map((d, i) => (wanted[i] ? d : undefined));
  },
  evaluate(inputs, a) {
    let sum = 0;
    const counted = eachHeadRow(inputs, a, ({ label, logs }) => {
      sum -= logs[label]!;
    });
    return [values([], [a["reduction"] === "sum" ? sum : sum / Math.max(counted, 1)])];
  },
  flops: ([x, weight], _, sizes) => 2 * elements(x!, sizes) * (weight!.shape[0] as number),
};

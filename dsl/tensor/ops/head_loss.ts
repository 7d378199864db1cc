import { head_loss_gradient } from "./head_loss_gradient.js";
import { HEAD_LOSS_ATTRIBUTES } from "./shared/head.js";
import { forEachHeadLossRow, headLossDType, requireHeadLossTypes } from "./shared/head.js";
import { defineOp } from "../op.js";
import { elementCount } from "../shape.js";
import { makeArrayValues, DTYPE_BYTES, byteSizeOf } from "../values.js";

export const head_loss = defineOp({
  name: "head_loss",
  doc:
    "(x [m, n], weight [vocabulary, n], labels i32 [m], bias [vocabulary]?) → mean or sum (`reduction`) of −log softmax(x · weightᵀ + bias)[label] over the rows whose label isn't `ignore`, a scalar; 0 where there is none. " +
    "With a `cap`, logits are bent to cap · tanh(· / cap) first. The head of a language model and its loss in one: an engine makes the logits in `chunks` parts of the rows, one at a time, and never holds them all. f32 where x is bf16.",
  product: true,
  part: "loss",
  inputs: ["x", "weight", "labels", "bias?"],
  outputs: ["loss"],
  attributes: HEAD_LOSS_ATTRIBUTES,
  type([x, weight, labels, bias]) {
    requireHeadLossTypes(x, weight, labels, bias);
    return [{ dtype: headLossDType(x), shape: [] }];
  },
  gradient(graph, { inputs: [x, weight, labels, bias], attributes }, [dy], wanted) {
    const [dx, dweight, dbias] = graph.apply(
      head_loss_gradient,
      bias ? [x, weight, labels, dy, bias] : [x, weight, labels, dy],
      attributes,
    );
    const given = [dx, dweight, undefined, ...(bias ? [dbias] : [])];
    return given.map((d, i) => (wanted[i] ? d : undefined));
  },
  evaluate([x, weight, labels, bias], a) {
    let sum = 0;
    const counted = forEachHeadLossRow(x, weight, labels, bias, a, ({ label, logs }) => {
      sum -= logs[label]!;
    });
    return [makeArrayValues([], [a.reduction === "sum" ? sum : sum / Math.max(counted, 1)])];
  },
  flops: ([x, weight], _, sizes) => 2 * elementCount(x, sizes) * Number(weight.shape[0]),
  workspace([, weight, labels], { cap, chunks }, sizes) {
    const copies = cap ? 5 : 3;
    const rows = Math.ceil(elementCount(labels, sizes) / chunks);
    return copies * DTYPE_BYTES.f32 * Number(weight.shape[0]) * rows + byteSizeOf(weight, sizes);
  },
});

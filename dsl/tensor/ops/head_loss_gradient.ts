import { forEachHeadLossRow, HEAD_LOSS_ATTRIBUTES, headLossDType, requireHeadLossTypes } from "./shared/head.js";
import { addScaledInPlace } from "./shared/heads.js";
import { defineOp } from "../op.js";
import { elementCount, requireShape } from "../shape.js";
import { makeArrayValues } from "../values.js";

export const head_loss_gradient = defineOp({
  name: "head_loss_gradient",
  doc:
    "(x [m, n], weight [vocabulary, n], labels i32 [m], dy scalar, bias [vocabulary]?) → (dx, dweight, dbias if there is a bias) of head_loss with the same attributes. " +
    "With d = dy · (softmax(x · weightᵀ + bias) − one-hot(label)) / rows counted (undivided where `reduction` is sum; 0 in rows that don't count): dx = d · weight, dweight = dᵀ · x, dbias = Σ d. " +
    "An engine that computes it beside head_loss makes the logits once for both, chunk by chunk.",
  product: true,
  part: "loss",
  inputs: ["x", "weight", "labels", "dy", "bias?"],
  outputs: ["dx", "dweight", "dbias?"],
  attributes: HEAD_LOSS_ATTRIBUTES,
  type([x, weight, labels, dy, bias]) {
    requireHeadLossTypes(x, weight, labels, bias);
    const dtype = headLossDType(x);
    requireShape(dy, [], "dy");
    const like = ({ shape }: typeof x): typeof x => ({ dtype, shape });
    return bias ? [like(x), like(weight), like(bias)] : [like(x), like(weight)];
  },
  evaluate([x, weight, labels, dy, bias], a, [xs, weights, biases]) {
    const n = x.shape[1]!;
    const [dx, dweight] = [makeArrayValues(xs), makeArrayValues(weights)];
    const dbias = biases && makeArrayValues(biases);
    const counted = labels.data.filter((label) => label !== a.ignore).length;
    const share = dy.data[0]! / (a.reduction === "sum" ? 1 : Math.max(counted, 1));
    forEachHeadLossRow(x, weight, labels, bias, a, ({ row, label, logs, slopes }) => {
      for (let v = 0; v < logs.length; v++) {
        const d = share * (Math.exp(logs[v]!) - (v === label ? 1 : 0)) * (slopes?.[v] ?? 1);
        addScaledInPlace(dx.data, row * n, weight.data, v * n, n, d);
        addScaledInPlace(dweight.data, v * n, x.data, row * n, n, d);
        if (dbias) dbias.data[v] = dbias.data[v]! + d;
      }
    });
    return dbias ? [dx, dweight, dbias] : [dx, dweight];
  },
  // One product each for dx and dweight; the logits are counted in head_loss.
  flops: ([x, weight], _, sizes, [dx, dweight]) =>
    2 * (Number(dx) + Number(dweight)) * elementCount(x, sizes) * Number(weight.shape[0]),
});

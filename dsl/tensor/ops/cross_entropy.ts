import { cross_entropy_gradient } from "./cross_entropy_gradient.js";
import { LOSS_ATTRIBUTES } from "./shared/head.js";
import { defineOp } from "../op.js";
import { lastDimension, OpInputError, requireFloat, requireShape } from "../shape.js";
import { softmaxRows } from "../numbers/softmax.js";
import { makeArrayValues, byteSizeOf } from "../values.js";

export const cross_entropy = defineOp({
  name: "cross_entropy",
  doc: "(logits [..., classes], labels i32 [...]) → mean or sum (`reduction`) of −log softmax(logits)[label] over the rows whose label isn't `ignore`, a scalar; 0 where there is none.",
  part: "loss",
  inputs: ["logits", "labels"],
  attributes: LOSS_ATTRIBUTES,
  type([logits, labels]) {
    requireFloat(logits, "logits");
    lastDimension(logits, "logits");
    if (labels.dtype !== "i32") throw new OpInputError(`labels must be i32, not ${labels.dtype}`);
    requireShape(labels, logits.shape.slice(0, -1), "labels");
    return [{ dtype: logits.dtype, shape: [] }];
  },
  gradient: (graph, { inputs: [logits, labels], attributes }, [dy]) => [
    graph.one(cross_entropy_gradient, [logits, labels, dy], attributes),
    undefined,
  ],
  evaluate([logits, labels], a) {
    const classes = logits.shape.at(-1)!;
    const log = softmaxRows(logits.data, classes, true);
    const counted = [...labels.data].flatMap((label, r) => (label === a.ignore ? [] : [-log[r * classes + label]!]));
    const sum = counted.reduce((s, v) => s + v, 0);
    return [makeArrayValues([], [a.reduction === "sum" ? sum : sum / Math.max(counted.length, 1)])];
  },
  flops: ([logits], _, sizes) =>
    4 * logits.shape.reduce<number>((p, d) => p * (typeof d === "number" ? d : sizes[d]!), 1),
  workspace: ([logits], _, sizes) => byteSizeOf(logits, sizes),
});

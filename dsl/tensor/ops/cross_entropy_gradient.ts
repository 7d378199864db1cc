import { LOSS_ATTRIBUTES } from "./shared/head.js";
import { defineOp } from "../op.js";
import { requireShape } from "../shape.js";
import { softmaxRows } from "../numbers/softmax.js";

export const cross_entropy_gradient = defineOp({
  name: "cross_entropy_gradient",
  doc: "(logits, labels, dy scalar) → dy · (softmax(logits) − one-hot(label)) / rows counted (undivided where `reduction` is sum); 0 in rows whose label is `ignore`.",
  part: "loss",
  inputs: ["logits", "labels", "dy"],
  outputs: ["dlogits"],
  attributes: LOSS_ATTRIBUTES,
  type([logits, , dy]) {
    requireShape(dy, [], "dy");
    return [logits];
  },
  evaluate([logits, labels, dy], a) {
    const classes = logits.shape.at(-1)!;
    const d = softmaxRows(logits.data, classes, false);
    const counted = a.reduction === "sum" ? 1 : labels.data.filter((label) => label !== a.ignore).length;
    labels.data.forEach((label, r) => {
      const row = d.subarray(r * classes, (r + 1) * classes);
      if (label === a.ignore) return void row.fill(0);
      row[label] = row[label]! - 1;
      for (let c = 0; c < classes; c++) row[c] = (row[c]! * dy.data[0]!) / counted;
    });
    return [{ shape: logits.shape, data: d }];
  },
});

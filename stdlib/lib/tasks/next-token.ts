/** Every token of a text is learnt from those before it. */
import type { Supervision } from "../../kinds/task.js";

export const nextToken: Supervision = {
  rows: "windows",
  inputs: () => ({ targets: { dtype: "i32", shape: ["targets"] }, labels: { dtype: "i32", shape: ["targets"] } }),
};

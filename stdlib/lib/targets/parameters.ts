/** Parameters that targets share. */
import { parameter } from "#dsl/types/define.js";

export const folder = parameter({
  name: "path",
  type: { is: "string" },
  suggests: { from: "files", endings: [] },
  doc: "The folder that is filled; a relative path starts from the notebook's folder.",
  positional: true,
  required: true,
  why: "A folder of its own holds the weights, what they are read with, and the proof.",
  impact: "high",
});

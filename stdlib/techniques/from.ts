/** The parameter of every technique that goes on from what it saved before. */
import type { Parameter } from "#dsl/registry.js";

export function from(doc: string): Parameter {
  return {
    name: "from",
    type: { is: "string" },
    doc,
    why: "Goes on from weights trained elsewhere or before; without it they begin afresh.",
    impact: "high",
  };
}
/** Of those that write a folder of our own. */
export const fromOurs = from(
  "Folder to start from (`adapter_model.safetensors`), written by a training with the same technique.",
);

/** `from:` of every technique that trains few weights: it goes on from what was saved before. */
import type { Call } from "#dsl/language/types/value.js";
import { defineParameter } from "#dsl/language/types/define.js";

export function fromParameter(doc: string) {
  return defineParameter({
    name: "from",
    type: { is: "string" },
    suggests: { from: "files", endings: [] },
    doc,
    why: "Goes on from weights trained elsewhere or before; without it they begin afresh.",
    impact: "high",
  });
}
/** Of those that write a folder of our own. */
export const fromOwnFolderParameter = fromParameter(
  "Folder to start from (`adapter_model.safetensors`), written by a training with the same technique.",
);
/** The folder that holds what the technique starts from; null: it begins afresh. */
export function startFolderOf({ arguments: { from: folder } }: Call): string | null {
  return typeof folder === "string" ? folder : null;
}

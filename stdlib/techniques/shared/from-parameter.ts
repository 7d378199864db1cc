/** `from:` of every parameter-efficient technique: continues from saved weights. */
import type { Call } from "#dsl/language/types/value.js";
import { defineParameter } from "#dsl/language/types/define.js";

export function startFolderParameter(doc: string) {
  return defineParameter({
    name: "from",
    type: { is: "string" },
    suggests: { from: "files", endings: [] },
    doc,
    why: "Continues from weights trained elsewhere or before; by default they are initialised.",
    impact: "high",
  });
}
/** For techniques whose saved folder is in Tunebook's own format. */
export const ownFormatStartFolderParameter = startFolderParameter(
  "Folder to start from (`adapter_model.safetensors`), written by a training with the same technique.",
);
/** Returns the folder that the technique starts from; null for a new start. */
export function startFolderOf({ arguments: { from: folder } }: Call): string | null {
  return typeof folder === "string" ? folder : null;
}

/** Bases of earlier trainings, stored in the browser's own file system for the next time. */
import type { SafetensorsHeader } from "#kernel/tensors/layout.js";
import type { GivenFile } from "../world/protocol.js";
import { byteCountIn, removeEntry, getFile, namesIn, putFile, storageErrorText } from "./opfs.js";
import { safetensorsHeaderOf } from "./weights.js";

const FOLDER = "bases";
const WEIGHTS = "model.safetensors";

/** A stored base: its weights, and the other given files. */
export interface KeptBase {
  readonly weights: File;
  readonly header: SafetensorsHeader;
  readonly files: readonly GivenFile[];
}

/**
 * Stores a base. Returns a string with the reason if that fails; partial files are removed.
 * @param beside the other files by name
 */
export async function keepBase(
  base: string,
  weights: Uint8Array<ArrayBuffer>,
  beside: readonly (readonly [string, Uint8Array])[],
): Promise<File | string> {
  const folder = `${FOLDER}/${base}`;
  try {
    for (const [name, bytes] of beside) await putFile(folder, name, bytes as Uint8Array<ArrayBuffer>);
    await putFile(folder, WEIGHTS, weights);
    return (await getFile(folder, WEIGHTS)) ?? "this browser keeps no files for such a page";
  } catch (error) {
    await removeEntry(FOLDER, base);
    return storageErrorText(error);
  }
}

/** Returns the stored bases by folder; removes incomplete ones. */
export async function keptBases(): Promise<ReadonlyMap<string, KeptBase>> {
  const found = new Map<string, KeptBase>();
  for (const base of await namesIn(FOLDER)) {
    const folder = `${FOLDER}/${base}`;
    const weights = await getFile(folder, WEIGHTS);
    const header = weights && (await safetensorsHeaderOf(WEIGHTS, weights).catch(() => null));
    if (!weights || !header) {
      await removeEntry(FOLDER, base);
      continue;
    }
    const files: GivenFile[] = [];
    for (const name of await namesIn(folder)) {
      const file = name === WEIGHTS ? null : await getFile(folder, name);
      if (file) files.push({ path: `${base}/${name}`, text: new Uint8Array(await file.arrayBuffer()) });
    }
    found.set(base, { weights, header, files });
  }
  return found;
}

/** Total bytes of all stored bases. */
export const keptBaseBytes = (): Promise<number> => byteCountIn(FOLDER);
export async function forgetAllBases(): Promise<void> {
  for (const base of await namesIn(FOLDER)) await removeEntry(FOLDER, base);
}

export function forgetBase(base: string): Promise<void> {
  return removeEntry(FOLDER, base);
}

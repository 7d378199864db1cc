/** Bases that a training was opened with, kept in the browser's own file system for the next time. */
import type { Header } from "#kernel/tensors/layout.js";
import type { GivenFile } from "../world/protocol.js";
import { bytesIn, drop, get, namesIn, put, whyNot } from "./opfs.js";
import { headerOf } from "./weights.js";

const FOLDER = "bases";
const WEIGHTS = "model.safetensors";

/** A base that is kept: its weights, and the files beside them that were given. */
export interface KeptBase {
  readonly weights: File;
  readonly header: Header;
  readonly files: readonly GivenFile[];
}

/** `beside`: by their names. A string says why it is not kept; what there was of it is let go. */
export async function keep(
  base: string,
  weights: Uint8Array<ArrayBuffer>,
  beside: readonly (readonly [string, Uint8Array])[],
): Promise<File | string> {
  const folder = `${FOLDER}/${base}`;
  try {
    for (const [name, bytes] of beside) await put(folder, name, bytes as Uint8Array<ArrayBuffer>);
    await put(folder, WEIGHTS, weights);
    return (await get(folder, WEIGHTS)) ?? "this browser keeps no files for such a page";
  } catch (error) {
    await drop(FOLDER, base);
    return whyNot(error);
  }
}

/** By the base's folder. What is not whole is let go. */
export async function kept(): Promise<ReadonlyMap<string, KeptBase>> {
  const found = new Map<string, KeptBase>();
  for (const base of await namesIn(FOLDER)) {
    const folder = `${FOLDER}/${base}`;
    const weights = await get(folder, WEIGHTS);
    const header = weights && (await headerOf(WEIGHTS, weights).catch(() => null));
    if (!weights || !header) {
      await drop(FOLDER, base);
      continue;
    }
    const files: GivenFile[] = [];
    for (const name of await namesIn(folder)) {
      const file = name === WEIGHTS ? null : await get(folder, name);
      if (file) files.push({ path: `${base}/${name}`, text: new Uint8Array(await file.arrayBuffer()) });
    }
    found.set(base, { weights, header, files });
  }
  return found;
}

/** Bytes of all that are kept. */
export const bytesKept = (): Promise<number> => bytesIn(FOLDER);
export async function forgetAll(): Promise<void> {
  for (const base of await namesIn(FOLDER)) await drop(FOLDER, base);
}

export function forget(base: string): Promise<void> {
  return drop(FOLDER, base);
}

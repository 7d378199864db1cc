/**
 * Weights of bases, kept in the browser's own file system (OPFS) for the next time. Where there is none, as for a page that is
 * opened from a disk in most browsers, they stay in memory.
 */
const FOLDER = "bases";
const WEIGHTS = "model.safetensors";

/** What of a file is there in a worker alone. */
interface Syncing {
  createSyncAccessHandle(): Promise<{
    truncate(size: number): void;
    write(bytes: Uint8Array<ArrayBuffer>, o: { readonly at: number }): number;
    getSize(): number;
    flush(): void;
    close(): void;
  }>;
}

/** False: this browser keeps nothing here. */
export async function keep(base: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  try {
    const folder = await (await root()).getDirectoryHandle(base, { create: true });
    const file = await folder.getFileHandle(WEIGHTS, { create: true });
    const handle = await (file as unknown as Syncing).createSyncAccessHandle();
    try {
      handle.truncate(0);
      handle.write(bytes, { at: 0 });
      handle.flush();
      return handle.getSize() === bytes.length;
    } finally {
      handle.close();
    }
  } catch {
    return false; // no such file system, or no room in it: the page says that they stay in memory
  }
}

/** By the base's folder. */
export async function kept(): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  try {
    for await (const [base, handle] of (await root()).entries()) {
      if (handle.kind !== "directory") continue;
      const file = await (await (handle as FileSystemDirectoryHandle).getFileHandle(WEIGHTS)).getFile();
      found.set(base, new Uint8Array(await file.arrayBuffer()));
    }
  } catch {
    // Nothing is kept here.
  }
  return found;
}

async function root(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
}

/**
 * The browser's own file system for a page's origin (OPFS), used from a worker: only pages of that origin see it. In
 * most browsers a page opened from a disk has none. The browser sets its size limit.
 */

/** Methods of a file that exist only in a worker, or not in every browser. */
interface Working {
  createSyncAccessHandle(): Promise<{
    truncate(size: number): void;
    write(bytes: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number;
    flush(): void;
    close(): void;
  }>;
  move?(name: string): Promise<void>;
}

/**
 * Writes a file completely or not at all; creates missing folders. Throws the browser's error, or that there is no
 * space.
 */
export async function putFile(folder: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const within = await folderOf(folder, true);
  const under = "move" in FileSystemFileHandle.prototype ? `${name}.part` : name;
  const file = (await within.getFileHandle(under, { create: true })) as FileSystemFileHandle & Working;
  try {
    const handle = await file.createSyncAccessHandle();
    try {
      handle.truncate(0);
      if (handle.write(bytes, { at: 0 }) !== bytes.length) throw new DOMException("no room", "QuotaExceededError");
      handle.flush();
    } finally {
      handle.close();
    }
    if (under !== name) await file.move?.(name);
  } catch (error) {
    await within.removeEntry(under).catch(() => undefined);
    throw error;
  }
}

/** Returns null if the file does not exist. */
export async function getFile(folder: string, name: string): Promise<File | null> {
  try {
    return await (await (await folderOf(folder, false)).getFileHandle(name)).getFile();
  } catch {
    return null; // the file or the file system does not exist: treated as missing
  }
}

/** Returns the names in a folder; none if it does not exist. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const name of (await folderOf(folder, false)).keys()) names.push(name);
  } catch {
    // nothing is stored
  }
  return names;
}

/** Returns the bytes of all files in a folder and its subfolders. */
export async function byteCountIn(folder: string): Promise<number> {
  let bytes = 0;
  try {
    for await (const [name, one] of (await folderOf(folder, false)).entries())
      bytes +=
        one.kind === "directory"
          ? await byteCountIn(`${folder}/${name}`)
          : await (one as FileSystemFileHandle).getFile().then(({ size }) => size);
  } catch {
    // nothing is stored, or it is being written and is counted the next time
  }
  return bytes;
}

/** Removes a file or folder; a missing one is ignored. */
export async function removeEntry(folder: string, name: string): Promise<void> {
  try {
    await (await folderOf(folder, false)).removeEntry(name, { recursive: true });
  } catch {
    // it does not exist, or a tab that writes to it removes it later
  }
}

/** Returns why something could not be stored, to follow "it is not kept:". */
export async function storageErrorText(error: unknown): Promise<string> {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NoModificationAllowedError") return "another tab writes there";
  if (name !== "QuotaExceededError") return "this browser keeps no files for such a page";
  const { quota } = await navigator.storage.estimate().catch(() => ({ quota: undefined }));
  const most = quota === undefined ? "" : ` than ${String(Math.floor(quota / 2 ** 20))} MB in all`;
  return `the browser gives this page no more room${most}`;
}

async function folderOf(path: string, create: boolean): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  for (const part of path.split("/")) folder = await folder.getDirectoryHandle(part, { create });
  return folder;
}

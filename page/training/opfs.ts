/**
 * The browser's own file system for a page's place (OPFS), from a worker: nobody sees it but pages of that place. A page that is
 * opened from a disk has none in most browsers, and how much it may hold the browser says.
 */

/** What of a file is there in a worker alone, or not in every browser. */
interface Working {
  createSyncAccessHandle(): Promise<{
    truncate(size: number): void;
    write(bytes: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number;
    flush(): void;
    close(): void;
  }>;
  move?(name: string): Promise<void>;
}

/** A file, whole or not at all; folders on the way are made. Throws what the browser says, or that there is no room. */
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

/** Null: there is none. */
export async function getFile(folder: string, name: string): Promise<File | null> {
  try {
    return await (await (await folderOf(folder, false)).getFileHandle(name)).getFile();
  } catch {
    return null; // no such file, or no such file system: neither gives anything
  }
}

/** Names of what lies in a folder; none where it isn't there. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const name of (await folderOf(folder, false)).keys()) names.push(name);
  } catch {
    // nothing is kept here
  }
  return names;
}

/** Of all files in a folder and in those below it. */
export async function byteCountIn(folder: string): Promise<number> {
  let bytes = 0;
  try {
    for await (const [name, one] of (await folderOf(folder, false)).entries())
      bytes +=
        one.kind === "directory"
          ? await byteCountIn(`${folder}/${name}`)
          : await (one as FileSystemFileHandle).getFile().then(({ size }) => size);
  } catch {
    // nothing is kept here, or it is being written: then it is counted the next time
  }
  return bytes;
}

/** Files and folders; what isn't there is gone already. */
export async function removeEntry(folder: string, name: string): Promise<void> {
  try {
    await (await folderOf(folder, false)).removeEntry(name, { recursive: true });
  } catch {
    // it is gone, or a tab that writes there removes it later
  }
}

/** Why something could not be kept, after "it is not kept:". */
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

/**
 * The files of the page: an example's, and those that were dropped or picked. A program's paths refer to its author's
 * folders, which a page never sees. So a file is found by its complete path or else by its name alone.
 */
export interface DiskFile {
  /** Path as given, with `/` between folders. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Increases with every file, so that results from an older file can be recognized. */
  readonly version: number;
}

export class Disk {
  private readonly byPath = new Map<string, DiskFile>();
  private latest = 0;

  put(path: string, bytes: Uint8Array): void {
    const clean = normalizePath(path);
    this.byPath.set(clean, { path: clean, bytes, version: ++this.latest });
  }
  clear(): void {
    this.byPath.clear();
    this.latest += 1;
  }
  get files(): readonly DiskFile[] {
    return [...this.byPath.values()];
  }
  /** Changes whenever any file does. */
  get version(): number {
    return this.latest;
  }

  find(path: string): DiskFile | undefined {
    const clean = normalizePath(path);
    const exact = this.byPath.get(clean);
    if (exact) return exact;
    const name = fileNameOf(clean);
    const same = this.files.filter((file) => fileNameOf(file.path) === name);
    return same.length === 1 ? same[0] : undefined;
  }
  /**
   * Returns a file of a model's folder.
   * @param folder the last part of the base's name
   */
  inFolder(folder: string, name: string): DiskFile | undefined {
    return this.files.find(({ path }) => path === `${folder}/${name}` || path.endsWith(`/${folder}/${name}`));
  }
}

export function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Removes `.`, `..` and repeated slashes: nothing is above the page's one folder. */
export function normalizePath(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll("\\", "/").split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** The page's only disk, from which sources read. */
export const disk = new Disk();

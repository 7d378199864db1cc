/** Browser replacement for stdlib/platform/files.ts: sources read the page's own files. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import type * as node from "#platform/files.js";
import { matchesPathPattern, isPathPattern, parsePathPattern } from "#stdlib/files/path-patterns.js";
import { disk, fileNameOf, normalizePath } from "../world/disk.js";

export const locateFile: typeof node.locateFile = async (folder, path) => {
  const file = disk.find(path);
  if (file) return file.path;
  const names = disk.files.map((one) => fileNameOf(one.path));
  const name = fileNameOf(path);
  const near = nearestWord(name, names) ?? names.find((one) => one.toLowerCase() === name.toLowerCase()) ?? null;
  throw new CodedError("missing-file", { path, folder, near });
};

export const readFileBytes: typeof node.readFileBytes = async function* (file, name, most = Infinity) {
  const found = disk.find(file);
  if (!found) throw new CodedError("missing-file", { path: name, folder: ".", near: null });
  // The page accepts no other compressed files (app/files.ts).
  if (!/\.gz$/i.test(name)) {
    if (found.bytes.length > most) throw new CodedError("giant-json", { file: name, limit: most });
    yield found.bytes;
    return;
  }
  try {
    const packed = new Blob([found.bytes as Uint8Array<ArrayBuffer>]).stream();
    const unpacked = packed.pipeThrough(new DecompressionStream("gzip"));
    let read = 0;
    for await (const bytes of unpacked) {
      read += bytes.length;
      if (read > most) throw new CodedError("giant-json", { file: name, limit: most });
      yield bytes;
    }
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError("unreadable-file", { file: name, why: (cause as Error).message }, { cause });
  }
};

export const filesMatching: typeof node.filesMatching = (folder, path) => {
  if (!isPathPattern(path) || disk.find(path)) return [path];
  const { root, forms } = parsePathPattern(path);
  const below = normalizePath(root)
    .split("/")
    .filter((name) => name !== "");
  const found = disk.files
    .map((file) => file.path)
    .filter((own) => forms.some((form) => matchesPathPattern(own.split("/"), [...below, ...form])))
    .sort((a, b) => (a < b ? -1 : 1));
  const there = disk.files.map((file) => file.path).sort();
  if (found.length === 0) throw new CodedError("no-files", { path, folder, there: there.slice(0, 12) });
  return found;
};

export const isWithin: typeof node.isWithin = (path, folder) =>
  normalizePath(path) === normalizePath(folder) || normalizePath(path).startsWith(`${normalizePath(folder)}/`);

export const openFileBlocks: typeof node.openFileBlocks = (file, name) => {
  const found = disk.find(file);
  if (!found) return Promise.reject(new CodedError("missing-file", { path: name, folder: ".", near: null }));
  return Promise.resolve({
    size: found.bytes.length,
    read: (from: number, to: number) => Promise.resolve(found.bytes.slice(from, to)),
    demandSame: () => Promise.resolve(),
    close: () => Promise.resolve(),
  });
};

export const fileSize: typeof node.fileSize = (file) => Promise.resolve(disk.find(file)?.bytes.length ?? 0);

/** What stands in a browser for stdlib/platform/files.ts: sources read the page's own files. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { nearest } from "#dsl/diagnostics/nearest.js";
import type * as node from "#platform/files.js";
import "#stdlib/lib/sources/codes.js";
import { disk, nameOf } from "../world/disk.js";

export const locate: typeof node.locate = async (folder, path) => {
  const file = disk.find(path);
  if (file) return file.path;
  const names = disk.files.map((one) => nameOf(one.path));
  const name = nameOf(path);
  const near = nearest(name, names) ?? names.find((one) => one.toLowerCase() === name.toLowerCase()) ?? null;
  throw new CodedError("missing-file", { path, folder, near });
};

export const bytesOf: typeof node.bytesOf = async function* (file, name, most = Infinity) {
  const found = disk.find(file);
  if (!found) throw new CodedError("missing-file", { path: name, folder: ".", near: null });
  if (!name.toLowerCase().endsWith(".gz")) {
    if (found.bytes.length > most) throw new CodedError("giant-json", { file: name, limit: most });
    yield found.bytes;
    return;
  }
  try {
    const unpacked = new Blob([found.bytes as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new DecompressionStream("gzip"));
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

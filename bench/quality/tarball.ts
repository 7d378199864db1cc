/** Files in an npm archive: a gzipped tar of plain files below one folder. */
import { gunzipSync } from "node:zlib";

const BLOCK = 512;

/** Contents of the files whose path (without the archive's own first folder) `wanted` takes. Throws where it is no tar. */
export function readTarball(bytes: Uint8Array, wanted: (path: string) => boolean): ReadonlyMap<string, Buffer> {
  const tar = gunzipSync(bytes);
  const found = new Map<string, Buffer>();
  let long: string | null = null;
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const header = tar.subarray(at, at + BLOCK);
    if (text(header, 257, 5) !== "ustar") throw new Error(`no tar header at byte ${String(at)}`);
    const size = parseInt(text(header, 124, 12), 8);
    const content = tar.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new Error("the archive ends early");
    const type = text(header, 156, 1);
    if (type === "x") long = /^\d+ path=(.*)$/m.exec(content.toString("utf8"))?.[1] ?? null;
    else if (type === "0" || type === "") {
      const prefix = text(header, 345, 155);
      const path = long ?? (prefix === "" ? "" : `${prefix}/`) + text(header, 0, 100);
      const inside = path.slice(path.indexOf("/") + 1);
      if (wanted(inside)) found.set(inside, content);
      long = null;
    }
    at += BLOCK * (1 + Math.ceil(size / BLOCK));
  }
  return found;
}

function text(header: Uint8Array, at: number, length: number): string {
  const end = header.indexOf(0, at);
  return Buffer.from(header.subarray(at, end === -1 ? at + length : Math.min(end, at + length)))
    .toString("utf8")
    .trim();
}

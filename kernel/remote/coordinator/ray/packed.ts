/** Packs files into zips for a cluster's Jobs API. The same files give the same zip, so that none is sent twice. */
import { ZipFile } from "yazl";

/** `path`: relative to the folder in which it is unpacked. */
export interface ZippedFile {
  readonly path: string;
  readonly content: Buffer;
}

/** Fixed time stamp of every file: the earliest that zip supports. */
const WHEN = new Date(1980, 0, 1);

export async function zipOf(files: readonly ZippedFile[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, content } of files) zip.addBuffer(content, path, { mtime: WHEN, mode: 0o100600 });
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

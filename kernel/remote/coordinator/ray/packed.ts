/** What goes to a cluster through its Jobs API: files in zips. The same files make the same zip, so none is sent twice. */
import { ZipFile } from "yazl";

/** `path`: from the folder in which it is unpacked. */
export interface ZippedFile {
  readonly path: string;
  readonly content: Buffer;
}

/** Of every file: a zip knows no earlier one. */
const WHEN = new Date(1980, 0, 1);

export async function zipOf(files: readonly ZippedFile[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, content } of files) zip.addBuffer(content, path, { mtime: WHEN, mode: 0o100600 });
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

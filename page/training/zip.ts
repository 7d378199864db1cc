/** Makes a zip of a few files without compression, since weights do not compress. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = (TABLE[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** Names are in UTF-8, as flag 11 says; the date is the earliest one in the zip format. */
export function zipOf(entries: readonly ZipEntry[]): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const named = new TextEncoder().encode(name);
    const about = [...u16(20, 0x800, 0, 0, 0x21), ...u32(crc32(bytes), bytes.length, bytes.length)];
    const head = [...u32(0x04034b50), ...about, ...u16(named.length, 0)];
    parts.push(Uint8Array.from(head), named, bytes);
    directory.push(
      Uint8Array.from([...u32(0x02014b50), ...u16(20), ...about, ...u16(named.length, 0, 0, 0, 0), ...u32(0, offset)]),
      named,
    );
    offset += head.length + named.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = [...u32(0x06054b50), ...u16(0, 0, entries.length, entries.length), ...u32(size, offset), ...u16(0)];
  return new Blob([...parts, ...directory, Uint8Array.from(end)], { type: "application/zip" });
}

const u16 = (...values: readonly number[]): number[] => values.flatMap((v) => [v & 0xff, v >>> 8]);
const u32 = (...values: readonly number[]): number[] =>
  values.flatMap((v) => [v & 0xff, (v >>> 8) & 0xff, (v >>> 16) & 0xff, v >>> 24]);

/** Finds texts in captured wire bytes in many encodings: plain, wide characters, base64, hex and compressed. */
import { inflateRawSync, inflateSync } from "node:zlib";

type Inflates = (bytes: Uint8Array) => Buffer;
const lenient = { finishFlush: 2 } as const;
const WAYS: readonly (readonly [magic: readonly number[], Inflates])[] = [
  // Skips the ten-byte gzip header; bytes after the stream may belong to something else.
  [[0x1f, 0x8b], (bytes) => inflateRawSync(bytes.subarray(10), lenient)],
  [[0x78, 0x01], (bytes) => inflateSync(bytes, lenient)],
  [[0x78, 0x5e], (bytes) => inflateSync(bytes, lenient)],
  [[0x78, 0x9c], (bytes) => inflateSync(bytes, lenient)],
  [[0x78, 0xda], (bytes) => inflateSync(bytes, lenient)],
];
/** Signature of a zip entry's local header. */
const ZIP = [0x50, 0x4b, 3, 4];

/** Returns the part of a text's base64 form that is the same at each of the possible offsets. */
function inBase64(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const from = before === 0 ? 0 : before + 1;
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    return all.slice(from, whole);
  });
}
function written(text: string): readonly (readonly [how: string, bytes: Buffer])[] {
  const wide = Buffer.from(text, "utf16le");
  return [
    ["as it is", Buffer.from(text)],
    ["utf-16", wide],
    ["utf-16, the other way round", Buffer.from(wide).swap16()],
    ["hex", Buffer.from(Buffer.from(text).toString("hex"))],
    ["backwards", Buffer.from([...text].toReversed().join(""))],
    ...inBase64(text).map((one) => ["base64", Buffer.from(one)] as const),
    ...inBase64(text).map((one) => ["base64url", Buffer.from(one.replaceAll("+", "-").replaceAll("/", "_"))] as const),
  ];
}

/** Yields the decompressed content found at any position in the bytes. */
function* unpacked(bytes: Buffer): Generator<Buffer> {
  for (const [magic, inflates] of WAYS)
    for (let at = bytes.indexOf(Buffer.from(magic)); at >= 0; at = bytes.indexOf(Buffer.from(magic), at + 1)) {
      try {
        yield inflates(bytes.subarray(at));
      } catch {
        // The bytes only looked like a compressed stream.
      }
    }
  for (let at = bytes.indexOf(Buffer.from(ZIP)); at >= 0; at = bytes.indexOf(Buffer.from(ZIP), at + 1)) {
    if (at + 30 > bytes.length) return;
    const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
    try {
      yield inflateRawSync(bytes.subarray(start), lenient);
    } catch {
      // The bytes are not compressed, or not a zip.
    }
  }
}

/** Returns each text that occurs in the bytes, with its encoding. */
export function leaksIn(bytes: Buffer, texts: readonly string[], deep = true): readonly string[] {
  const found = texts.flatMap((text) =>
    written(text).flatMap(([how, as]) => (bytes.includes(as) ? [`${text} (${how})`] : [])),
  );
  if (!deep) return found;
  for (const inner of unpacked(bytes)) found.push(...leaksIn(inner, texts, false).map((one) => `${one}, packed`));
  return found;
}

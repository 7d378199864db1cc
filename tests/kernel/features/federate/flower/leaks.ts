/** Texts in bytes that went over a wire, however they were written: as they are, in wider letters, in base64 and hex, packed. */
import { inflateRawSync, inflateSync } from "node:zlib";

type Inflates = (bytes: Uint8Array) => Buffer;
const lenient = { finishFlush: 2 } as const;
const WAYS: readonly (readonly [magic: readonly number[], Inflates])[] = [
  // Without its head of ten bytes: what stands behind it is another's.
  [[0x1f, 0x8b], (bytes) => inflateRawSync(bytes.subarray(10), lenient)],
  [[0x78, 0x01], (bytes) => inflateSync(bytes, lenient)],
  [[0x78, 0x5e], (bytes) => inflateSync(bytes, lenient)],
  [[0x78, 0x9c], (bytes) => inflateSync(bytes, lenient)],
  [[0x78, 0xda], (bytes) => inflateSync(bytes, lenient)],
];
/** Of a file in a zip: its local head. */
const ZIP = [0x50, 0x4b, 3, 4];

/** Base64 of a text wherever it begins among others: what is the same of it each time. */
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

/** What is packed in the bytes, at any place. */
function* unpacked(bytes: Buffer): Generator<Buffer> {
  for (const [magic, inflates] of WAYS)
    for (let at = bytes.indexOf(Buffer.from(magic)); at >= 0; at = bytes.indexOf(Buffer.from(magic), at + 1)) {
      try {
        yield inflates(bytes.subarray(at));
      } catch {
        // It only looked like it.
      }
    }
  for (let at = bytes.indexOf(Buffer.from(ZIP)); at >= 0; at = bytes.indexOf(Buffer.from(ZIP), at + 1)) {
    if (at + 30 > bytes.length) return;
    const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
    try {
      yield inflateRawSync(bytes.subarray(start), lenient);
    } catch {
      // It isn't packed, or is no zip.
    }
  }
}

/** Each text that is in the bytes, and how. */
export function leaksIn(bytes: Buffer, texts: readonly string[], deep = true): readonly string[] {
  const found = texts.flatMap((text) =>
    written(text).flatMap(([how, as]) => (bytes.includes(as) ? [`${text} (${how})`] : [])),
  );
  if (!deep) return found;
  for (const inner of unpacked(bytes)) found.push(...leaksIn(inner, texts, false).map((one) => `${one}, packed`));
  return found;
}

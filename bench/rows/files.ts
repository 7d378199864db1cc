/**
 * Writes generated rows to files of each format, chunk by chunk: texts of about 40 words from a list, and one of four
 * labels.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";

export const formats = ["jsonl", "csv", "parquet"] as const;
export type Format = (typeof formats)[number];

const labels = ["refund", "delivery", "account", "other"];
/** Rows per Parquet row group, and per chunk that is written at once. */
const GROUP = 20_000;

function* pieces(rows: number): Generator<readonly (readonly [text: string, label: string])[]> {
  const generator = seededRandom(1);
  const words = Array.from({ length: 4000 }, () =>
    Array.from({ length: 2 + drawBelow(generator, 8) }, () => String.fromCharCode(97 + drawBelow(generator, 26))).join(
      "",
    ),
  );
  for (let at = 0; at < rows; at += GROUP)
    yield Array.from({ length: Math.min(GROUP, rows - at) }, (_, i) => {
      const text = Array.from(
        { length: 20 + drawBelow(generator, 40) },
        () => words[drawBelow(generator, words.length)],
      );
      return [`${at + i} ${text.join(" ")}`, labels[drawBelow(generator, labels.length)] ?? ""] as const;
    });
}

export function writeRows(file: string, format: Format, rows: number): void {
  const fd = openSync(file, "w");
  try {
    if (format === "parquet") return writeParquet((bytes) => void writeSync(fd, bytes), rows);
    if (format === "csv") writeSync(fd, "text,label\n");
    for (const piece of pieces(rows))
      writeSync(
        fd,
        piece
          .map(([text, label]) => (format === "csv" ? `"${text}",${label}\n` : `${JSON.stringify({ text, label })}\n`))
          .join(""),
      );
  } finally {
    closeSync(fd);
  }
}

/** Writes plain, uncompressed pages: the minimum of the format. */
function writeParquet(write: (bytes: Uint8Array) => void, rows: number): void {
  let at = 0;
  const put = (bytes: Uint8Array): void => {
    write(bytes);
    at += bytes.length;
  };
  put(Buffer.from("PAR1"));
  const groups: Buffer[] = [];
  for (const piece of pieces(rows)) {
    const chunks = (["text", "label"] as const).map((name, column) => {
      const values = Buffer.concat(
        piece.flatMap((row) => {
          const bytes = Buffer.from(row[column] ?? "");
          const length = Buffer.alloc(4);
          length.writeUInt32LE(bytes.length);
          return [length, bytes];
        }),
      );
      const data = struct([5, i32(piece.length)], [5, i32(0)], [5, i32(3)], [5, i32(3)]);
      const header = structAt([1, 5, i32(0)], [2, 5, i32(values.length)], [3, 5, i32(values.length)], [5, 12, data]);
      const from = at;
      put(header);
      put(values);
      const size = at - from;
      const meta = structAt(
        ...([
          [1, 5, i32(6)],
          [2, 9, list(5, [i32(0)])],
          [3, 9, list(8, [text(name)])],
          [4, 5, i32(0)],
          [5, 6, i32(piece.length)],
          [6, 6, i32(size)],
          [7, 6, i32(size)],
          [9, 6, i32(from)],
        ] as const),
      );
      return structAt([2, 6, i32(from)], [3, 12, meta]);
    });
    groups.push(struct([9, list(12, chunks)], [6, i32(0)], [6, i32(piece.length)]));
  }
  const leaf = (name: string): Buffer => structAt([1, 5, i32(6)], [3, 5, i32(0)], [4, 8, text(name)], [6, 5, i32(0)]);
  const root = structAt([4, 8, text("root")], [5, 5, i32(2)]);
  const schema = list(12, [root, leaf("text"), leaf("label")]);
  const footer = struct([5, i32(1)], [9, schema], [6, i32(rows)], [9, list(12, groups)]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  put(Buffer.concat([footer, length, Buffer.from("PAR1")]));
}

/** A field of Thrift's compact protocol. */
type Field = readonly [id: number, type: number, value: Buffer];
function structAt(...fields: readonly Field[]): Buffer {
  let before = 0;
  const parts = fields.map(([id, type, value]) => {
    const head = Buffer.from([((id - before) << 4) | type]);
    before = id;
    return Buffer.concat([head, value]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}
function struct(...fields: readonly (readonly [type: number, value: Buffer])[]): Buffer {
  return structAt(...fields.map(([type, value], i): Field => [i + 1, type, value]));
}
function list(type: number, items: readonly Buffer[]): Buffer {
  const head =
    items.length < 15
      ? Buffer.from([(items.length << 4) | type])
      : Buffer.concat([Buffer.from([0xf0 | type]), varint(items.length)]);
  return Buffer.concat([head, ...items]);
}
function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(bytes.length), bytes]);
}
function i32(value: number): Buffer {
  return varint(value * 2);
}
function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest >= 128 ? (rest % 128) | 128 : rest);
    if (rest < 128) return Buffer.from(bytes);
  }
}

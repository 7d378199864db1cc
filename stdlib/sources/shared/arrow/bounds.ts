/**
 * Checks that the lists of an Arrow message fit within its bytes: a reader that trusts a corrupt length loops until
 * memory runs out. The layout is FlatBuffers', of Arrow's Message, Schema, Field and RecordBatch.
 */

/** Maximum nesting of fields; a list that refers back to itself exceeds it. */
const DEEPEST = 64;
/** Maximum fields, at all depths. */
const MOST_FIELDS = 1_000_000;

/** Byte offset of a field's entry in a FlatBuffers vtable. */
const slot = (index: number): number => 4 + 2 * index;
const HEADER = slot(2);
const SCHEMA = { fields: slot(1), metadata: slot(2) };
const FIELD = { kind: slot(2), type: slot(3), children: slot(5), metadata: slot(6) };
const BATCH = { nodes: slot(1), buffers: slot(2), compression: slot(3), variadic: slot(4) };
const DECIMAL = { kind: 7, scale: slot(1) };
/** Maximum digits of a decimal. */
const MOST_DIGITS = 1000n;
/** Maximum values of a column without bytes, that is, with only nulls. */
const MOST_VALUES = 2 ** 24;
const DICTIONARY = { data: slot(1) };

/** Throws if a list is longer than the bytes available. `bytes`: the message without its body. */
export function checkArrowBounds(kind: "schema" | "dictionary" | "rows", bytes: Uint8Array, body: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = tableAt(view, view.getInt32(0, true), HEADER);
  if (header === null) return;
  if (kind === "schema") {
    list(view, header, SCHEMA.metadata, 4);
    const left = { fields: MOST_FIELDS };
    for (const field of tables(view, header, SCHEMA.fields)) demandField(view, field, 1, left);
    return;
  }
  const batch = kind === "rows" ? header : tableAt(view, header, DICTIONARY.data);
  if (batch === null) return;
  const packed = fieldAt(view, batch, BATCH.compression) !== null;
  const buffers = list(view, batch, BATCH.buffers, 16);
  let unpacked = 0;
  for (let index = 0; index < buffers.count; index++) {
    const [offset = 0n, length = 0n] = [0, 8].map((by) => view.getBigInt64(buffers.from + 16 * index + by, true));
    within(offset, BigInt(body.length));
    within(offset + length, BigInt(body.length));
    unpacked += packed ? unpackedLength(body.subarray(Number(offset), Number(offset + length))) : 0;
  }
  // A value takes at least one bit. The reader allocates a list of all values of a dictionary at once.
  const there = 8 * (packed ? unpacked : body.length);
  const most = BigInt(kind === "dictionary" ? there : Math.max(MOST_VALUES, there));
  const nodes = list(view, batch, BATCH.nodes, 16);
  for (let index = 0; index < nodes.count; index++) within(view.getBigInt64(nodes.from + 16 * index, true), most);
  list(view, batch, BATCH.variadic, 8);
}

/**
 * Returns the length that a compressed buffer declares in its first 8 bytes; −1 there marks an uncompressed one. A
 * wrong length fails during decompression.
 */
function unpackedLength(buffer: Uint8Array): number {
  if (buffer.length < 8) return 0;
  const length = Number(new DataView(buffer.buffer, buffer.byteOffset, 8).getBigInt64(0, true));
  return length === -1 ? buffer.length - 8 : Math.max(0, length);
}

function within(value: bigint, most: bigint): void {
  if (value < 0n || value > most) throw new RangeError("a column is longer than its message");
}

function demandField(view: DataView, field: number, depth: number, left: { fields: number }): void {
  if (depth > DEEPEST || --left.fields < 0) throw new RangeError("its columns lead back to themselves");
  list(view, field, FIELD.metadata, 4);
  const kind = fieldAt(view, field, FIELD.kind);
  const decimal = kind !== null && view.getUint8(kind) === DECIMAL.kind ? tableAt(view, field, FIELD.type) : null;
  const scale = decimal === null ? null : fieldAt(view, decimal, DECIMAL.scale);
  // The reader computes 10 to this power, so the scale must be bounded.
  if (scale !== null) within(BigInt(Math.abs(view.getInt32(scale, true))), MOST_DIGITS);
  for (const child of tables(view, field, FIELD.children)) demandField(view, child, depth + 1, left);
}

/** Returns the position of a table's field; null if the table lacks it. */
function fieldAt(view: DataView, table: number, position: number): number | null {
  const offsets = table - view.getInt32(table, true);
  const size = view.getUint16(offsets, true);
  const offset = position < size ? view.getUint16(offsets + position, true) : 0;
  return offset === 0 ? null : table + offset;
}

function tableAt(view: DataView, table: number, position: number): number | null {
  const field = fieldAt(view, table, position);
  return field === null ? null : field + view.getUint32(field, true);
}

/** Returns the position of a list's first entry and the number of entries. */
function list(
  view: DataView,
  table: number,
  position: number,
  width: number,
): { readonly from: number; readonly count: number } {
  const start = tableAt(view, table, position);
  if (start === null) return { from: 0, count: 0 };
  const count = view.getUint32(start, true);
  if (start + 4 + count * width > view.byteLength) throw new RangeError("a list is longer than its message");
  return { from: start + 4, count };
}

function tables(view: DataView, table: number, position: number): readonly number[] {
  const { from, count } = list(view, table, position, 4);
  return Array.from({ length: count }, (_, i) => from + 4 * i + view.getUint32(from + 4 * i, true));
}

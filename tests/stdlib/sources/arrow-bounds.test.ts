import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkArrowBounds } from "#stdlib/sources/shared/arrow/bounds.js";

/** A message whose schema contains only a metadata list of the given length, in the layout of FlatBuffers. */
function schemaWith(metadata: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(64));
  view.setInt32(0, 16, true); // the message's table
  view.setUint16(4, 10, true); // its offsets: the header is slot 2
  view.setUint16(12, 4, true);
  view.setInt32(16, 12, true); // back to its offsets
  view.setUint32(20, 20, true); // the schema's table, at 40
  view.setUint16(28, 10, true); // its offsets: the metadata is slot 2
  view.setUint16(36, 4, true);
  view.setInt32(40, 12, true);
  view.setUint32(44, 4, true); // the list, at 48
  view.setUint32(48, metadata, true);
  return new Uint8Array(view.buffer);
}

describe("bounds check of Arrow messages", () => {
  it("rejects lists longer than the message", () => {
    checkArrowBounds("schema", schemaWith(0), new Uint8Array());
    checkArrowBounds("schema", schemaWith(3), new Uint8Array());
    for (const length of [4, 1_000_000_000, 0xffffffff])
      assert.throws(() => checkArrowBounds("schema", schemaWith(length), new Uint8Array()), /longer than its message/);
  });
  it("rejects decimals with too large a scale, before the reader runs", () => {
    const file = readFileSync(fileURLToPath(new URL("../../../../tests/fixtures/tables/lz4.feather", import.meta.url)));
    // After the file's magic bytes and the message's prefix come the length and then the schema.
    const schema = file.subarray(16, 16 + file.readInt32LE(12));
    checkArrowBounds("schema", schema, new Uint8Array());
    for (const [place, put] of [
      [694, 1],
      [695, 1],
      [650, 255],
    ] as const) {
      const damaged = Uint8Array.from(schema);
      damaged[place - 16] = put;
      assert.throws(() => checkArrowBounds("schema", damaged, new Uint8Array()), RangeError, `byte ${place}`);
    }
  });
});

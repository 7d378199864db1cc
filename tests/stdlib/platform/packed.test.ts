/**
 * Packed files that unpack to far more than their size, or misstate their contents. Limits are lowered to make each
 * test quick.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { decompressZstd } from "#stdlib/files/zstd.js";
import { readFileBytes } from "#stdlib/platform/files.js";
import { decompressFile } from "#stdlib/platform/packed.js";

const MiB = 2 ** 20;
async function* pieces(bytes: Uint8Array, size = 4096): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
async function lengthOf(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const { length: own } of chunks) length += own;
  return length;
}
/** Returns the bytes that came before the refusal. */
async function refusedAfter(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  try {
    for await (const { length: own } of chunks) length += own;
  } catch (error) {
    assert.ok(error instanceof CodedError && error.code === "unpacks-too-large", String(error));
    return length;
  }
  return assert.fail("it was read");
}

describe("compressed file", function () {
  this.timeout(30_000);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-packed-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const bounds = { bytes: MiB, times: 100 };
  const gz = (bytes: Uint8Array) => decompressFile(pieces(bytes), "a.csv.gz", "a.csv.gz", bytes.length, bounds);

  it("is rejected after the same number of bytes, however large the bomb is", async () => {
    const member = gzipSync(Buffer.alloc(4 * MiB, "a,b\n"), { level: 9 });
    for (const members of [1, 100]) {
      const read = await refusedAfter(gz(Buffer.concat(new Array<Buffer>(members).fill(member))));
      assert.ok(read < 3 * MiB, String(read));
    }
  });
  it("is read if it is small or plausibly compressed", async () => {
    assert.equal(await lengthOf(gz(gzipSync(Buffer.alloc(MiB / 2)))), MiB / 2);
    const honest = Buffer.from(Array.from({ length: 200_000 }, (_, i) => `row ${String(i * 7919)},yes\n`).join(""));
    assert.equal(await lengthOf(gz(gzipSync(honest))), honest.length);
  });
  it("is read quickly if it has many empty members", async () => {
    const empty = gzipSync("");
    const all = Buffer.concat([gzipSync("text\n"), ...new Array<Buffer>(20_000).fill(empty)]);
    assert.equal(await lengthOf(gz(all)), 5);
  });

  describe("zstd file", () => {
    const header = (window: number, more = 0): number[] => [0x28, 0xb5, 0x2f, 0xfd, more, window];
    const block = (type: number, size: number, last: boolean): number[] => {
      const head = (size << 3) | (type << 1) | (last ? 1 : 0);
      return [head & 255, (head >> 8) & 255, head >> 16];
    };
    const rle = (size: number, last = false): number[] => [...block(1, size, last), 97];
    const of = (...bytes: number[]) => lengthOf(decompressZstd(pieces(Uint8Array.from(bytes))));

    it("is read block by block, across frames and skippable frames", async () => {
      const frame = [...header(0x58), ...rle(131_072), ...rle(10, true)];
      const skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
      assert.equal(await of(...frame, ...skipped, ...frame), 2 * 131_082);
    });
    it("is rejected before allocating a huge window, in the first frame or a later one", async () => {
      const huge = [...header(0xf8), ...rle(10, true)];
      await assert.rejects(of(...huge), /window/);
      await assert.rejects(of(...header(0x58), ...rle(10, true), ...huge), /window/);
      // In a single segment, the size of the content is the window.
      await assert.rejects(of(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0, ...rle(10, true)), /window/);
    });
    it("is rejected if a block exceeds the maximum, or blocks are far smaller than the window", async () => {
      await assert.rejects(of(...header(0x58), ...rle(131_073, true)), /block/);
      const tiny = Array.from({ length: 1100 }, () => [...block(0, 1, false), 97]).flat();
      await assert.rejects(of(...header(0x78), ...tiny), /blocks/);
    });
    it("is rejected if truncated", async () => {
      const frame = [...header(0x58, 4), ...rle(131_072), ...rle(10, true), 1, 2, 3, 4];
      for (const end of [3, 5, 7, 9, 13, 14]) await assert.rejects(of(...frame.slice(0, end)), String(end));
    });
    it("is rejected while unpacking if it expands without end", async () => {
      const bomb = Uint8Array.from([...header(0x58), ...Array.from({ length: 4000 }, () => rle(131_072)).flat()]);
      const read = await refusedAfter(decompressFile(pieces(bomb, 65_536), "a.zst", "a.zst", bomb.length, bounds));
      assert.ok(read < 9 * MiB, String(read));
    });
  });

  describe("zip archive", () => {
    /** Returns an archive of one packed file, after `folders` folders. */
    const archive = (content: Buffer, folders = 0): Buffer => {
      const data = deflateRawSync(content);
      const entry = (name: string, packed: Buffer, whole: Buffer, at: number): readonly [Buffer, Buffer] => {
        const common = Buffer.alloc(26);
        common.writeUInt16LE(20, 0);
        common.writeUInt16LE(packed === whole ? 0 : 8, 4);
        common.writeUInt32LE(crc32(whole), 10);
        common.writeUInt32LE(packed.length, 14);
        common.writeUInt32LE(whole.length, 18);
        common.writeUInt16LE(name.length, 22);
        const rest = Buffer.alloc(14);
        rest.writeUInt32LE(at, 10);
        return [
          Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), packed]),
          Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), common, rest, Buffer.from(name)]),
        ];
      };
      const [parts, directory]: [Buffer[], Buffer[]] = [[], []];
      let offset = 0;
      const none = Buffer.alloc(0);
      for (let i = 0; i <= folders; i++) {
        const [local, central] =
          i < folders ? entry(`f${String(i)}/`, none, none, offset) : entry("a.csv", data, content, offset);
        parts.push(local);
        directory.push(central);
        offset += local.length;
      }
      const listed = Buffer.concat(directory);
      const end = Buffer.alloc(22);
      end.write("PK\x05\x06", 0, "latin1");
      end.writeUInt16LE(directory.length, 8);
      end.writeUInt16LE(directory.length, 10);
      end.writeUInt32LE(listed.length, 12);
      end.writeUInt32LE(offset, 16);
      return Buffer.concat([...parts, listed, end]);
    };
    const read = async (bytes: Buffer): Promise<string> => {
      const file = join(folder, "a.csv.zip");
      writeFileSync(file, bytes);
      try {
        return String(await lengthOf(readFileBytes(file, "a.csv.zip")));
      } catch (error) {
        assert.ok(error instanceof CodedError, String(error));
        return error.code;
      }
    };
    it("is rejected if it contains thousands of folders", async () => {
      assert.equal(await read(archive(Buffer.from("text\na\n"), 20)), "7");
      assert.equal(await read(archive(Buffer.from("text\na\n"), 3000)), "zip-members");
    });
    it("is rejected if its directory declares wrong sizes", async () => {
      const content = Buffer.alloc(MiB, "a,b\n");
      const bytes = archive(content);
      assert.equal(await read(bytes), String(MiB));
      const directory = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
      for (const [at, value] of [
        [24, 10],
        [24, 2 ** 31],
        [20, 5],
        [42, bytes.length + 1000],
      ] as const) {
        const lying = Buffer.from(bytes);
        lying.writeUInt32LE(value, directory + at);
        assert.equal(await read(lying), "unreadable-file", `${String(at)} ${String(value)}`);
      }
    });
    it("is rejected while unpacking if it expands far beyond its size", async () => {
      const bytes = archive(Buffer.alloc(4 * MiB));
      const file = join(folder, "b.csv.zip");
      writeFileSync(file, bytes);
      const empty = pieces(new Uint8Array(0));
      assert.ok((await refusedAfter(decompressFile(empty, file, "b.csv.zip", bytes.length, bounds))) < 3 * MiB);
    });
  });
});

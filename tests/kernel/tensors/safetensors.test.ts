import assert from "node:assert/strict";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { anyText } from "#tests/any-text.js";
import { writeAnew } from "#tests/write-anew.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DType, NDArray } from "#dsl/tensor/program.js";
import { fromNDArray, toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import { normalValues, philox } from "#kernel/engines/random.js";
import {
  CHECKSUM_METADATA,
  readHeader,
  readTensor,
  verifySafetensors,
  weightFiles,
  writeSafetensors,
} from "#kernel/tensors/safetensors.js";

describe("safetensors files", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-safetensors-"));
    file = join(folder, "model.safetensors");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Writes a file with any header and the given bytes, or number of bytes, of data. */
  const write = (header: unknown, data: Uint8Array | number): void => {
    const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    writeAnew(file, Buffer.concat([length, json, typeof data === "number" ? Buffer.alloc(data) : data]));
  };

  it("are read back unchanged", () => {
    const dtypes: readonly DType[] = ["f32", "f64", "i32", "bool", "bf16"];
    const array = fc
      .tuple(fc.constantFrom(...dtypes), fc.array(fc.nat(4), { maxLength: 3 }), fc.integer({ min: 0, max: 1000 }))
      .map(([dtype, shape, seed]): NDArray => {
        const size = shape.reduce((n, d) => n * d, 1);
        return toNDArray(
          dtype,
          makeArrayValues(shape, normalValues(size, 9, seed, "x").map(dtype === "i32" ? Math.round : (x) => x)),
        );
      });
    const text = anyText();
    fc.assert(
      fc.property(fc.dictionary(text, array), fc.dictionary(text, text), (tensors, metadata) => {
        const { __metadata__: reserved, ...named } = tensors;
        void reserved;
        writeSafetensors(file, named, metadata);
        const header = readHeader(file);
        assert.deepEqual({ ...header.metadata }, { ...metadata });
        assert.deepEqual(Object.keys(header.tensors).sort(), Object.keys(named).sort());
        for (const [name, expected] of Object.entries(named))
          assert.deepEqual(readTensor(file, name, header, expected.dtype), expected);
        assert.deepEqual(readdirSync(folder), ["model.safetensors"]);
      }),
      { numRuns: 60 },
    );
  });

  it("convert f16, bf16 and f64 to f32, and i64 to i32", () => {
    const data = Buffer.alloc(8 + 6 + 4 + 16);
    data.writeDoubleLE(1.5, 0);
    [0x3c00, 0xc000, 0x0001].forEach((half, i) => data.writeUInt16LE(half, 8 + 2 * i));
    [0x3fc0, 0xff80].forEach((brain, i) => data.writeUInt16LE(brain, 14 + 2 * i));
    [7n, -3n].forEach((long, i) => data.writeBigInt64LE(long, 18 + 8 * i));
    write(
      {
        d: { dtype: "F64", shape: [], data_offsets: [0, 8] },
        h: { dtype: "F16", shape: [3], data_offsets: [8, 14] },
        b: { dtype: "BF16", shape: [2], data_offsets: [14, 18] },
        l: { dtype: "I64", shape: [2], data_offsets: [18, 34] },
      },
      data,
    );
    const read = (name: string): { dtype: DType; numbers: number[] } => {
      const array = readTensor(file, name);
      return { dtype: array.dtype, numbers: [...fromNDArray(array).data] };
    };
    assert.deepEqual(read("d"), { dtype: "f32", numbers: [1.5] });
    assert.deepEqual(read("h"), { dtype: "f32", numbers: [1, -2, Math.fround(2 ** -24)] });
    assert.deepEqual(read("b"), { dtype: "f32", numbers: [1.5, -Infinity] });
    assert.deepEqual(read("l"), { dtype: "i32", numbers: [7, -3] });
  });

  it("are rejected when truncated anywhere", () => {
    writeSafetensors(file, { a: toNDArray("f32", makeArrayValues([3, 5])), b: toNDArray("i32", makeArrayValues([4])) });
    const whole = readFileSync(file);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        writeAnew(file, whole);
        truncateSync(file, length);
        assert.throws(() => readHeader(file), { code: "weights-truncated" });
      }),
    );
  });

  const one = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  const broken: Readonly<Record<string, readonly [header: unknown, bytes: number]>> = {
    "a header that is not JSON": ["{oops", 0],
    "a header that is no object": ["[]", 0],
    "an unknown type": [{ a: { ...one, dtype: "F12" } }, 8],
    "a negative size": [{ a: { ...one, shape: [-2] } }, 8],
    "a size that is no whole number": [{ a: { ...one, shape: [2.5] } }, 8],
    "sizes whose product overflows": [{ a: { ...one, shape: [2 ** 40, 2 ** 40] } }, 8],
    "a place that doesn't fit its shape": [{ a: { ...one, data_offsets: [0, 12] } }, 12],
    "a place that ends before it begins": [{ a: { ...one, data_offsets: [8, 0] } }, 8],
    "tensors that overlap": [{ a: one, b: { ...one, data_offsets: [4, 12] } }, 12],
    "a hole": [{ a: one, b: { ...one, data_offsets: [12, 20] } }, 20],
    "bytes after the last tensor": [{ a: one }, 9],
    "metadata that are no text": [{ a: one, __metadata__: { n: 1 } }, 8],
  };
  for (const [what, [header, bytes]] of Object.entries(broken))
    it(`are rejected with ${what}`, () => {
      write(header, bytes);
      assert.throws(() => readHeader(file), { code: "weights-malformed" });
    });

  it("are rejected when the header length is absurd", () => {
    writeFileSync(file, Buffer.alloc(64, 0xff));
    assert.throws(() => readHeader(file), { code: "weights-malformed" });
  });

  it("are found in a folder", () => {
    assert.throws(() => weightFiles(folder), { code: "weights-missing" });
    assert.throws(() => readHeader(file), { code: "weights-missing" });
    writeSafetensors(file, {});
    writeSafetensors(join(folder, "extra.safetensors"), {});
    assert.deepEqual(weightFiles(folder), [join(folder, "extra.safetensors"), file]);
  });

  it("are written after the remains of a killed writer are removed", () => {
    writeFileSync(`${file}.writing-999999999`, "half");
    writeFileSync(`${file}.writing-${String(process.ppid)}`, "another's");
    writeSafetensors(file, {});
    assert.deepEqual(readdirSync(folder), ["model.safetensors", `model.safetensors.writing-${String(process.ppid)}`]);
  });

  it("stay unchanged if writing a new one fails", () => {
    const a = toNDArray("f32", makeArrayValues([2], [1, 2]));
    writeSafetensors(file, { a });
    const failing = { dtype: "f32", shape: [1], bytes: () => assert.fail("no bytes") } as const;
    assert.throws(() => writeSafetensors(file, { a, failing }));
    assert.deepEqual(readTensor(file, "a"), a);
    assert.deepEqual(readdirSync(folder), ["model.safetensors"]);
  });
});

describe("safetensors files with a checksum", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-checksum-"));
    file = join(folder, "step.safetensors");
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const tensors = {
    weight: toNDArray("f32", makeArrayValues([2, 3], [1, 2, 3, 4, 5, 6])),
    counter: toNDArray("i32", makeArrayValues([1], [7])),
    mask: toNDArray("bool", makeArrayValues([3], [1, 0, 1])),
  };
  const position = { tunebook: JSON.stringify({ step: 30, text: '"checksum":"00000000"' }) };

  it("are verified, and identical for identical state", () => {
    writeSafetensors(file, tensors, { ...position, ...CHECKSUM_METADATA });
    verifySafetensors(file);
    const bytes = readFileSync(file);
    assert.match(readHeader(file).metadata["checksum"] ?? "", /^[0-9a-f]{8}$/);
    assert.notEqual(readHeader(file).metadata["checksum"], CHECKSUM_METADATA["checksum"]);
    assert.equal(readHeader(file).metadata["tunebook"], position.tunebook);
    writeSafetensors(file, tensors, { ...position, ...CHECKSUM_METADATA });
    assert.deepEqual(readFileSync(file), bytes);
    assert.deepEqual(readTensor(file, "weight"), tensors.weight);
  });

  it("are rejected with a code for any flipped bit", () => {
    writeSafetensors(file, tensors, { ...position, ...CHECKSUM_METADATA });
    const bytes = readFileSync(file);
    const codes = new Set<string>();
    const fd = openSync(file, "r+");
    const put = (at: number, byte: number): number => writeSync(fd, Buffer.of(byte), 0, 1, at);
    try {
      for (const [at, byte] of bytes.entries())
        for (let bit = 0; bit < 8; bit++) {
          put(at, byte ^ (1 << bit));
          try {
            verifySafetensors(file);
            assert.fail(`bit ${String(bit)} of byte ${String(at)} of ${String(bytes.length)} goes unseen`);
          } catch (error) {
            assert.ok(error instanceof CodedError, String(error));
            assert.equal((error.data as { file?: string }).file, file);
            codes.add(error.code);
          }
          put(at, byte);
        }
    } finally {
      closeSync(fd);
    }
    verifySafetensors(file);
    assert.deepEqual([...codes].sort(), ["weights-damaged", "weights-malformed", "weights-truncated"]);
  });

  it("may exceed the size of one read", () => {
    const large = { dtype: "u8", shape: [9_000_001], bytes: new Uint8Array(9_000_001).fill(3) } as const;
    writeSafetensors(file, { large }, CHECKSUM_METADATA);
    verifySafetensors(file);
    const bytes = readFileSync(file);
    bytes[bytes.length - 1]! ^= 128;
    writeAnew(file, bytes);
    assert.throws(() => verifySafetensors(file), { code: "weights-damaged" });
  });

  it("of older versions have no checksum and are accepted", () => {
    writeSafetensors(file, tensors, position);
    verifySafetensors(file);
    assert.deepEqual(readHeader(file).metadata, position);
  });
});

describe("counter-based random numbers", () => {
  it("match Philox", () => {
    const words = new Uint32Array(4);
    philox(0, 0, 0, 0, words);
    assert.deepEqual([...words], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  });
  it("depend on seed and name, not on how many are drawn", () => {
    const long = normalValues(1000, 1, 5, "weight");
    assert.deepEqual(normalValues(7, 1, 5, "weight"), long.slice(0, 7));
    assert.notDeepEqual(normalValues(7, 1, 6, "weight"), long.slice(0, 7));
    assert.notDeepEqual(normalValues(7, 1, 5, "bias"), long.slice(0, 7));
    const mean = long.reduce((s, x) => s + x, 0) / 1000;
    const deviation = Math.sqrt(long.reduce((s, x) => s + (x - mean) ** 2, 0) / 1000);
    assert.ok(Math.abs(mean) < 0.1 && Math.abs(deviation - 1) < 0.1);
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dequantizeMatrix, roundMatrix, type RoundingForm } from "#dsl/tensor/numbers/rounding.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { toFloat32Array } from "#kernel/tensors/numbers.js";
import { quantizedTensorMetadata, quantizedTensorsToWrite, storedByteCount } from "#kernel/tensors/rounded.js";
import { readHeader, readTensor, writeSafetensors } from "#kernel/tensors/safetensors.js";

const x = Float32Array.from({ length: 64 * 32 }, (_, i) => Math.sin(i) * (1 + (i % 7)));
const LIES: Readonly<Record<string, RoundingForm>> = {
  eight: { as: "int8", lines: "rows", most: 63 },
  across: { as: "int8", lines: "columns", most: 63 },
  four: { as: "int4", turned: true },
  turned: { as: "int4", turned: false },
};
const SHAPE = [64, 32] as const;

describe("safetensors with quantized weights", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-rounded-"));
    file = join(folder, "model.safetensors");
    const tensors = Object.entries(LIES).map(([name, how]) =>
      quantizedTensorsToWrite(name, roundMatrix(x, SHAPE, how)),
    );
    const plain = {
      bias: { dtype: "f32" as const, shape: [3], bytes: new Uint8Array(Float32Array.of(1, 2, 3).buffer) },
    };
    writeSafetensors(file, Object.assign({}, plain, ...tensors), quantizedTensorMetadata(LIES));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("lists each weight's own shape, without scales", () => {
    const { tensors } = readHeader(file);
    assert.deepEqual(Object.keys(tensors).sort(), ["across", "bias", "eight", "four", "turned"]);
    for (const name of Object.keys(LIES))
      assert.deepEqual([tensors[name]!.dtype, ...tensors[name]!.shape], ["F32", ...SHAPE]);
  });
  it("returns the dequantized values", () => {
    for (const [name, how] of Object.entries(LIES))
      assert.deepEqual(toFloat32Array(readTensor(file, name)), dequantizeMatrix(roundMatrix(x, SHAPE, how)), name);
    assert.deepEqual([...toFloat32Array(readTensor(file, "bias"))], [1, 2, 3]);
  });
  it("stores one byte or half a byte per number, plus scales", () => {
    const { tensors } = readHeader(file);
    const bytes = (name: string): number => storedByteCount(tensors[name]!);
    assert.deepEqual(Object.keys(LIES).map(bytes), [2048 + 4 * 64, 2048 + 4 * 32, 1024 + 4 * 64, 1024 + 4 * 64]);
    assert.ok(statSync(file).size < 4 * 2048 + 3000);
  });
  it("rejects a file whose codes and scales do not match its metadata", () => {
    const text = readFileSync(file, "latin1");
    // `four` is stored as 64 × 16 bytes, which does not match bytes with a scale for each row.
    const wrong = text.replace(
      '\\"four\\":{\\"as\\":\\"int4\\",\\"turned\\":true}',
      '\\"four\\":{\\"as\\":\\"int4\\",\\"turned\\":8888}',
    );
    assert.notEqual(wrong, text);
    writeFileSync(file, wrong, "latin1");
    assert.throws(
      () => readHeader(file),
      (error) => error instanceof CodedError && error.code === "weights-malformed",
    );
  });
});

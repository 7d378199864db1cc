/**
 * Bases whose files claim or have absurd sizes are rejected before they are read completely. The test files are sparse.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { resolveBase } from "#kernel/bases/resolve.js";
import { TrainingDynamics } from "#kernel/training/dynamics.js";

const models = fileURLToPath(new URL("../../../../tests/fixtures/models/", import.meta.url));
const HUGE = 20 * 2 ** 30;

describe("base with a huge file", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-huge-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const codeOf = async (name: string): Promise<string> => {
    const begun = performance.now();
    try {
      await resolveBase(name, { folder, offline: true });
      return "opened";
    } catch (error) {
      assert.ok(error instanceof CodedError, String(error));
      const took = performance.now() - begun;
      assert.ok(took < 5000, `${took.toFixed(0)} ms`);
      return error.code;
    }
  };

  for (const file of [
    ...["config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"],
    ...["chat_template.jinja", "modules.json", "model.safetensors"],
  ])
    it(`is refused: ${file}`, async () => {
      cpSync(join(models, "cross-encoder"), join(folder, "base"), { recursive: true });
      assert.equal(await codeOf("base"), "opened");
      writeFileSync(join(folder, "base", file), "{}");
      truncateSync(join(folder, "base", file), HUGE);
      assert.match(await codeOf("base"), /^(base-damaged|weights-malformed)$/);
    });
  it("is refused: a GGUF file with too many entries, and one without any", async () => {
    const head = Buffer.alloc(24);
    head.write("GGUF");
    head.writeUInt32LE(3, 4);
    head.writeBigUInt64LE(2n ** 28n, 8);
    head.writeBigUInt64LE(2n ** 28n, 16);
    for (const bytes of [head, Buffer.from("nothing")]) {
      writeFileSync(join(folder, "a.gguf"), bytes);
      truncateSync(join(folder, "a.gguf"), HUGE);
      assert.equal(await codeOf("a.gguf"), "gguf-malformed");
    }
  });
});

describe("compressed training dynamics", () => {
  it("are null if they unpack to more than 2^28 bytes", () => {
    assert.equal(TrainingDynamics.from(deflateSync(Buffer.alloc(2 ** 28 + 1), { level: 1 })), null);
  });
});

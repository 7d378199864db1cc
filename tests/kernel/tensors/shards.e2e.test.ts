/** A base with sharded weights is the same model, read tensor by tensor. Faulty files are reported. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { resolveBase } from "#kernel/bases/resolve.js";
import { readForwardInputs } from "#kernel/engines/forward/batch.js";
import { openModelFolder } from "#kernel/engines/forward/model-folder.js";
import { readHeader, readTensor, weightFiles, writeSafetensors } from "#kernel/tensors/safetensors.js";
import { engineNamed } from "#tests/kernel/engines/engines.js";
import { codeOf } from "../data/rows/plans.js";

const whole = fileURLToPath(new URL("../../../../tests/fixtures/models/gemma-shared", import.meta.url));
const shards = [1, 2, 3].map((i) => `model-0000${i}-of-00003.safetensors`);
const index = "model.safetensors.index.json";

describe("sharded base", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-"));
    writeShards(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const find = () => resolveBase(folder, { folder: tmpdir(), offline: true });

  it("has the parameters and logits of the same model in one file", async () => {
    // A further file with all weights, which some authors place next to the shards, is not read.
    cpSync(join(whole, "model.safetensors"), join(folder, "consolidated.safetensors"));
    const [one, many] = [await resolveBase(whole, { folder: tmpdir() }), await find()];
    assert.deepEqual(many.files, ["config.json", index, ...shards]);
    assert.deepEqual(many.facts.shapes, one.facts.shapes);
    assert.equal(many.facts.parameters, one.facts.parameters);
    assert.deepEqual(
      weightFiles(folder),
      shards.map((name) => join(folder, name)),
    );
    const engine = await engineNamed("tensorflow");
    const said = [];
    for (const place of [whole, folder]) {
      const { limits, program } = await openModelFolder(place);
      const session = await engine.open({ forward: program(false) }, [place]);
      const batch = readForwardInputs('{"input_ids": [[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]]}', limits);
      said.push((await session.run("forward", { ...batch }))["logits"]!.bytes);
      await session.dispose();
    }
    assert.deepEqual(said[0], said[1]);
  });

  it("gives a coded error with the file name if a shard is missing, truncated or lacks a tensor", async () => {
    const told = async (change: () => void): Promise<readonly unknown[]> => {
      change();
      const { code, data } = await codeOf(find);
      const forward = await codeOf(() => openModelFolder(folder));
      writeShards(folder);
      return [code, data["missing"] ?? String(data["file"]).slice(folder.length + 1), forward.code];
    };
    const second = join(folder, shards[1]!);
    assert.deepEqual(await told(() => rmSync(second)), ["base-incomplete", shards[1], "base-incomplete"]);
    assert.deepEqual(await told(() => truncateSync(second, readFileSync(second).length - 4)), [
      "weights-truncated",
      shards[1],
      "weights-truncated",
    ]);
    assert.deepEqual(await told(() => writeFileSync(second, Buffer.alloc(200, 3))), [
      "weights-malformed",
      shards[1],
      "weights-malformed",
    ]);
    cpSync(join(folder, shards[0]!), second);
    const { code, data } = await codeOf(find);
    assert.deepEqual([code, data["file"]], ["base-damaged", second]);
    for (const text of ["{}", "{", '{"weight_map": {"a": "../../x.safetensors"}}', '{"weight_map": {"a": "x.bin"}}']) {
      writeFileSync(join(folder, index), text);
      assert.equal((await codeOf(find)).code, "base-damaged", text);
      assert.equal((await codeOf(() => openModelFolder(folder))).code, "base-damaged", text);
    }
  });
});

/** Distributes the model's tensors over three files. */
function writeShards(folder: string): void {
  cpSync(join(whole, "config.json"), join(folder, "config.json"));
  const file = join(whole, "model.safetensors");
  const names = Object.keys(readHeader(file).tensors).sort();
  const dealt = shards.map((_, i) => names.filter((_name, at) => at % 3 === i));
  dealt.forEach((own, i) =>
    writeSafetensors(
      join(folder, shards[i]!),
      Object.fromEntries(
        own.map((name) => {
          const { shape, bytes } = readTensor(file, name);
          return [name, { dtype: "f32" as const, shape, bytes }];
        }),
      ),
    ),
  );
  const weight_map = Object.fromEntries(dealt.flatMap((own, i) => own.map((name) => [name, shards[i]!])));
  writeFileSync(join(folder, index), JSON.stringify({ metadata: { total_size: 0 }, weight_map }));
}

/**
 * What the page knows of base models without their weights. Two must match their files exactly (TUNEBOOK_BLESS=1 writes
 * them again); the others follow from the families' records.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resolveBase } from "#kernel/bases/resolve.js";
import { baseFactsOf, knownBaseNames } from "#page/world/bases.js";
import { root } from "./browser.js";

const folder = join(root, "page/bases");

describe("base models of the playground page", function () {
  this.timeout(60_000);

  for (const file of readdirSync(folder))
    it(`${file} matches the model's files`, async () => {
      const text = readFileSync(join(folder, file), "utf8");
      const { names } = JSON.parse(text) as { names: readonly string[] };
      const { facts } = await resolveBase(names[0]!, { folder: root });
      const told: Partial<typeof facts> = { ...facts };
      delete (told as { folder?: string }).folder;
      if (process.env["TUNEBOOK_BLESS"])
        writeFileSync(join(folder, file), `${JSON.stringify({ names, facts: told })}\n`);
      else assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify({ names, facts: told })));
    });

  it("have the right parameter counts for well-known checkpoints", async () => {
    for (const [name, parameters] of [
      ["bert-base-uncased", 109_482_240],
      ["distilbert-base-uncased", 66_362_880],
      ["roberta-base", 124_055_040], // its pooler is not built
      ["gpt2", 124_439_808],
      ["t5-small", 60_506_624],
      ["meta-llama/Llama-3.1-8B", 8_030_261_248],
    ] as const)
      assert.equal((await baseFactsOf(name)).parameters, parameters, name);
  });

  it("all have a description", async () => {
    for (const name of knownBaseNames) {
      const { parameters, positions, family } = await baseFactsOf(name);
      assert.ok(parameters > 1e6 && positions > 0 && family, name);
    }
  });

  it("suggest the nearest name for an unknown base", async () => {
    await assert.rejects(baseFactsOf("all-MiniLM-L6-v3"), (error: { code: string; data: { near: string } }) => {
      assert.deepEqual([error.code, error.data.near], ["base-not-found", "all-MiniLM-L6-v2"]);
      return true;
    });
  });
});

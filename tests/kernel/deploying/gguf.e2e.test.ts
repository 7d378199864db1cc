/** GGUF files of small models of every architecture: in llama.cpp they write what our own engine writes. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { llamaCpp } from "#kernel/deploying/runtimes/llama-cpp.js";
import { gguf } from "#stdlib/targets/gguf.run.js";
import { ensureNodeEnv } from "#tools/node-env.mjs";
import { written } from "./deployed-models.js";
import { callOf, made, ownTexts, writingModel, WRITING } from "./writing-models.js";

const PROMPTS = ["the other thing in", "a", "Hello, 12,345 and\n\n the  rest", "été and the ther"];

describe("the target gguf", function () {
  this.timeout(300_000);
  const work = mkdtempSync(join(tmpdir(), "tunebook-gguf-"));
  before(async () => {
    await ensureNodeEnv("llama");
    assert.equal(await llamaCpp.found(), null);
  });
  after(() => rmSync(work, { recursive: true }));

  for (const model of WRITING)
    it(`writes in llama.cpp what it writes here: ${model.name}`, async () => {
      const own = await made(join(work, model.name), model);
      const deployed = await writingModel(own.folder, model.name, "text_generation");
      const call = callOf(`${model.name}.gguf`, "f32");
      assert.equal(await gguf.refuses!(call, deployed), null);
      const place = { writes: "file", name: `${model.name}.gguf` } as const;
      const { at, said } = await written(gguf, call, deployed, own.folder, work, place);
      const tokenizer = await loadTokenizer(own.folder);
      const ids = await tokenizer.encode(PROMPTS, 99);
      const want = await ownTexts(own, ids, 24);
      const opened = await llamaCpp.open(at, said);
      try {
        for (const [i, prompt] of PROMPTS.entries())
          assert.deepEqual((await opened.write!(prompt, 24)).tokens, want[i], JSON.stringify(prompt));
      } finally {
        await opened.close();
      }
    });
});

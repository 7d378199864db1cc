import assert from "node:assert/strict";
import { config, template, tokenizer } from "./fuzz-models.js";

describe("randomly damaged model files", function () {
  this.timeout(300_000);
  const seed = Number(process.env["TUNEBOOK_SEED"] ?? 11);
  for (const [what, run] of Object.entries({ tokenizer, config, template }))
    it(`end in a result or a coded error: ${what}`, async () => {
      assert.deepEqual(await run({ count: what === "config" ? 200 : 60, seed, progress: () => undefined }), []);
    });
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call } from "#dsl/language/types/value.js";
import { coremltoolsRuntime } from "#kernel/deployments/runtimes/coremltools.js";
import { coreml } from "#stdlib/targets/coreml.run.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import {
  deployedOf,
  difference,
  feedsOf,
  ownAnswers,
  smallModels,
  written,
  type SmallModel,
} from "./deployed-models.js";

const callOf = (given: Call["arguments"]): Call => ({
  kind: "target",
  word: "coreml",
  arguments: { path: "build", ...given },
});

describe("coreml target", function () {
  this.timeout(240_000);
  const work = mkdtempSync(join(tmpdir(), "tunebook-coreml-"));
  after(() => rmSync(work, { recursive: true }));
  let models: readonly SmallModel[];
  before(async () => {
    // One model per way of computing is enough, so the others are skipped.
    models = smallModels(work).filter(({ name }) => !/distilbert|mistral|qwen3|t5-uneven/.test(name));
    await ensurePythonEnv("deploy");
  });

  async function compared(model: SmallModel, given: Call["arguments"]): Promise<number> {
    const deployed = await deployedOf(model);
    const place = { writes: "folder", name: `${model.name}.mlpackage` } as const;
    const { at, said } = await written(coreml, callOf(given), deployed, model.folder, work, place);
    const opened = await coremltoolsRuntime.open(at, said);
    try {
      const feeds = feedsOf(deployed, 2, 9);
      const own = await ownAnswers(deployed, model.folder, feeds);
      const other = await opened.run!("forward", feeds);
      return Math.max(...Object.entries(own).map(([name, array]) => difference(other[name]!, array, feeds).relative));
    } finally {
      await opened.close();
    }
  }

  it("matches the model for every family at unequal lengths", async () => {
    for (const model of models) {
      const relative = await compared(model, { shape: "free" });
      assert.ok(relative <= 1e-4, `${model.name}: ${String(relative)}`);
    }
  });
  it("matches the model at a fixed shape, and within 1e-2 with f16 weights", async () => {
    for (const model of models.filter(({ name }) => ["roberta-plain", "llama-odd"].includes(name))) {
      const whole = await compared(model, { shape: [2, 16] });
      assert.ok(whole <= 1e-4, `${model.name}: ${String(whole)}`);
      const half = await compared(model, { shape: [2, 16], quantize: "f16" });
      assert.ok(half > 1e-6 && half <= 1e-2, `${model.name}: ${String(half)}`);
    }
  });
});

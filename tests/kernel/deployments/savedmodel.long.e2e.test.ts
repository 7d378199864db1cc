import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call } from "#dsl/language/types/value.js";
import { tensorflowRuntime } from "#kernel/deployments/runtimes/tensorflow.js";
import { savedmodel } from "#stdlib/targets/savedmodel.run.js";
import { deployedOf, difference, feedsOf, ownAnswers, smallModels, written } from "./deployed-models.js";

const call: Call = { kind: "target", word: "savedmodel", arguments: { path: "build" } };

describe("savedmodel target", function () {
  this.timeout(120_000);
  const work = mkdtempSync(join(tmpdir(), "tunebook-savedmodel-"));
  after(() => rmSync(work, { recursive: true }));

  it("matches the model in TensorFlow for every family at unequal lengths", async () => {
    assert.equal(await tensorflowRuntime.found(), null);
    for (const model of smallModels(work)) {
      const deployed = await deployedOf(model);
      const place = { writes: "folder", name: `${model.name}-saved` } as const;
      const { at, said } = await written(savedmodel, call, deployed, model.folder, work, place);
      const opened = await tensorflowRuntime.open(at, said);
      const feeds = feedsOf(deployed, 3, 9);
      const own = await ownAnswers(deployed, model.folder, feeds);
      const other = await opened.run!("forward", feeds);
      for (const [name, array] of Object.entries(own)) {
        const { relative } = difference(other[name]!, array, feeds);
        assert.ok(relative <= 1e-4, `${model.name}, ${name}: ${String(relative)}`);
      }
      await opened.close();
    }
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call } from "#dsl/types/value.js";
import { tensorflow } from "#kernel/deploying/runtimes/tensorflow.js";
import { savedmodel } from "#stdlib/targets/savedmodel.run.js";
import {
  deployedOf,
  difference,
  feedsOf,
  ownAnswers,
  smallDecoders,
  smallEncoders,
  smallT5s,
  written,
} from "./deployed-models.js";

const call: Call = { kind: "target", word: "savedmodel", arguments: { path: "build" } };

/** One or two of each family: the others differ in what our engine's own tests look at. */
const chosen = (name: string): boolean =>
  ["bert-types", "bert-quick", "distilbert-plain", "roberta-plain", "mobilebert-plain", "mobilebert-left"].includes(
    name,
  );

describe("the target savedmodel", function () {
  this.timeout(120_000);
  const work = mkdtempSync(join(tmpdir(), "tunebook-savedmodel-"));
  after(() => rmSync(work, { recursive: true }));

  it("is in TensorFlow what the model is here, for every family, at unequal lengths", async () => {
    assert.equal(await tensorflow.found(), null);
    for (const model of [...smallEncoders(work, chosen), ...smallDecoders(), ...smallT5s()]) {
      const deployed = await deployedOf(model);
      const place = { writes: "folder", name: `${model.name}-saved` } as const;
      const { at, said } = await written(savedmodel, call, deployed, model.folder, work, place);
      const opened = await tensorflow.open(at, said);
      const feeds = feedsOf(deployed, 3, 9);
      const own = await ownAnswers(deployed, model.folder, feeds);
      const other = await opened.run!("forward", feeds);
      for (const [name, array] of Object.entries(own)) {
        const { most, greatest } = difference(other[name]!, array, feeds);
        assert.ok(most <= 1e-4 * greatest, `${model.name}, ${name}: ${String(most)} of ${String(greatest)}`);
      }
      await opened.close();
    }
  });
});

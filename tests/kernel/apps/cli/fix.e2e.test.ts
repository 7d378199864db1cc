/** `tunebook fix` of a file whose base is opened: its final report includes what `check` finds in rows and base. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeSmallTraining } from "../../session/small-training.js";
import { called } from "./called.js";

describe("tunebook fix with a base model", function () {
  this.timeout(60_000);
  let folder = "";
  before(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-fix-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const call = (...args: string[]) => called(folder, "fix", ...args);
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");

  it("fixes a file whose last statement waits for a sweep", async () => {
    const text =
      'data d { source: csv("rows.csv"), columns: { text: text, label: label }, split: random(train: 75%, validation: 25%) }\n' +
      'model m { base: "bert", task: text_classification }\n' +
      "sweep m on d as s { vary: { batch_size: choice(8, 16) }, trials: 2, maximize: accuracy }\n" +
      "train m on d with s.best { epoch: 3 }\n";
    write("sweep.tune", text);
    writeSmallTraining(folder);
    const { stdout, status } = await call("sweep.tune");
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^sweep\.tune: 1 mended, \d+ left\n {2}4:28/);
    assert.equal(read("sweep.tune"), text.replace("epoch:", "epochs:"));
  });
});

/** `train … { runner: processes(n) }` as a user runs it, with real processes. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lossesIn, near } from "./in-process.js";
import { programOf, ranksOf, runIn, runProgram } from "./killed-ranks.js";
import { trainingFolder } from "./training-folder.js";

const STEPS = 40;

describe("training in a process group", function () {
  this.timeout(240_000);
  const { path: folder, written } = trainingFolder();

  it("matches the recipe and losses of one process and reports communication time", async () => {
    const two = runProgram(written("two", programOf(2, STEPS)), join(folder(), "two"));
    assert.equal(await two.exited, 0, two.words());
    const single = programOf(2, STEPS).replace(", runner: processes(2)", "");
    const one = runProgram(written("one", single), join(folder(), "one"));
    assert.equal(await one.exited, 0, one.words());
    const [shared, alone] = [runIn(join(folder(), "two"))!, runIn(join(folder(), "one"))!];
    near(lossesIn(shared.events()), lossesIn(alone.events()));
    const planOf = (path: string) =>
      JSON.parse(readFileSync(join(path, "plan.json"), "utf8")) as {
        recipe: object;
        recipeHash: string;
        planHash: string;
      };
    const [a, b] = [planOf(shared.path), planOf(alone.path)];
    assert.deepEqual(a.recipe, b.recipe);
    assert.equal(a.recipeHash, b.recipeHash);
    assert.notEqual(a.planHash, b.planHash);
    assert.match(
      two.words(),
      /runner +processes\(count: 2\) +\(2 ranks × \d+ threads?, gradients of each update summed\)/,
    );
    assert.match(two.words(), /communication \d/);
    assert.doesNotMatch(one.words(), /communication/);
  });

  it("reports which rank cannot train, and why", async () => {
    const file = written("gone", programOf(2, 4));
    const program = runProgram(file, join(folder(), "gone"));
    // Rank 1 compiles a different recipe, because its rows have changed in the meantime.
    const rows = join(folder(), "rows.csv");
    const before = readFileSync(rows, "utf8");
    while (ranksOf(program.pid).length < 1) await delay(2);
    writeFileSync(rows, `${before}\na poor book w1 w2 w3,yes`);
    const status = await program.exited;
    writeFileSync(rows, before);
    assert.equal(status, 1);
    assert.match(program.words(), /error\[rank-failed\]: .*rank 1 of 2\b/);
  });
});

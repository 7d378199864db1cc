/** Processes that share a training and are killed at random. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lossesIn } from "./in-process.js";
import { killRanks, programOf, ranksOf, runIn, runProgram } from "./killed-ranks.js";
import { trainingFolder } from "./training-folder.js";

const STEPS = 40;

describe("process group with killed processes", function () {
  this.timeout(240_000);
  const { path: folder, written } = trainingFolder();

  it("replaces killed ranks and ends with identical weights", async () => {
    // With this seed a rank is killed during its start, and later the engine of one.
    const seed = Number(process.env["TUNEBOOK_SEED"] ?? 23);
    const killed = await killRanks({ kills: 2, seed, of: 2, steps: STEPS });
    assert.equal(killed.kills, 2);
    assert.equal(killed.losses[0], killed.losses[1]);
    assert.ok(killed.same);
    assert.deepEqual(killed.orphans, []);
    assert.match(killed.words, /warning\[rank-replaced\]: rank 1 of 2 was lost/);
  });

  it("leaves no process if rank 0 is killed", async () => {
    const program = runProgram(written("long", programOf(2, 5_000)), join(folder(), "long"));
    while (ranksOf(program.pid).length < 1 || lossesIn(runIn(join(folder(), "long"))?.events() ?? []).length < 2)
      await delay(20);
    const ranks = ranksOf(program.pid);
    process.kill(program.pid, "SIGKILL");
    await program.exited;
    const alive = (): readonly number[] => ranks.filter((id) => isAlive(id));
    for (let tries = 0; tries < 100 && alive().length > 0; tries++) await delay(100);
    assert.deepEqual(alive(), []);
  });
});

function isAlive(id: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${String(id)}/status`, "utf8"));
  } catch {
    return false;
  }
}

/**
 * Real training processes that are killed, stopped or run at the same time, and checkpoints that are damaged meanwhile.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { deleteRun } from "#kernel/runs/history/delete-run.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import { killAndResume, outcomeOf, runProgram, runsIn, trainedAlone, writePrograms, type Alone } from "./kills.js";

describe("trainings in separate processes", function () {
  this.timeout(240_000);
  const STEPS = 40;
  const quiet = mkdtempSync(join(tmpdir(), "tunebook-alone-"));
  let alone: Alone;
  before(async () => (alone = await trainedAlone(quiet, STEPS)));
  after(() => rmSync(quiet, { recursive: true, force: true }));

  it("resume bit for bit after two kills", async () => {
    const { kills, trainings, troubles } = await killAndResume({
      kills: 2,
      seed: Number(process.env["TUNEBOOK_SEED"] ?? 5),
      steps: STEPS,
      alone,
    });
    assert.deepEqual({ kills, troubles }, { kills: 2, troubles: [] });
    assert.ok(trainings >= 1);
  });

  it("never write the same run together, and skip a damaged checkpoint", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tunebook-two-"));
    const children: ReturnType<typeof runProgram>[] = [];
    const start = (which: "fresh" | "resume") => {
      const child = runProgram(folder, which, runs);
      children.push(child);
      return child;
    };
    const runs = join(folder, "runs");
    const checkpoints = (): number =>
      runsIn(runs)[0]
        ?.events()
        .filter(({ kind }) => kind === "checkpoint").length ?? 0;
    try {
      writePrograms(folder, STEPS);
      const { expected } = alone;
      const first = start("fresh");
      while (checkpoints() < 3) await delay(2);
      first.kill("SIGSTOP"); // stopped, so that it certainly trains all the while
      const [run] = runsIn(runs);
      const list = new RunList(runs);
      await list.look();
      assert.equal(list.get(run!.id)?.state, "running");
      await assert.rejects(deleteRun(list, run!.id), { code: "run-not-deleted" });
      const [second, third] = [start("resume"), start("fresh")];
      // Waits for both exits at once, so that neither event is missed, whichever process ends first.
      const ends = await Promise.all([once(second, "exit"), once(third, "exit")]);
      assert.deepEqual(
        ends.map(([status]) => status as number | null),
        [1, 0],
      );
      assert.match(
        second.words,
        new RegExp(`error\\[run-busy\\]: ${run!.id} is being trained by process ${first.pid}, since`),
      );
      assert.equal(runsIn(runs).length, 2, "who begins afresh has a run of its own");
      assert.equal(outcomeOf(runsIn(runs).find(({ id }) => id !== run!.id)!), expected);
      first.kill("SIGKILL");
      await once(first, "exit");

      const [before, last] = run!
        .events()
        .filter((event) => event.kind === "checkpoint")
        .slice(-2);
      const bytes = readFileSync(last!.folder);
      bytes[bytes.length - 100]! ^= 4;
      writeFileSync(last!.folder, bytes);
      const resumed = start("resume");
      assert.equal((await once(resumed, "exit"))[0], 0, resumed.words);
      assert.match(
        resumed.words,
        new RegExp(
          `warning\\[checkpoint-passed-over\\]: the newest checkpoint cannot be used, so training continues from step ${before!.step}`,
        ),
      );
      assert.ok(resumed.words.includes(`${last!.folder} is damaged: its checksum does not match`));
      assert.match(
        readFileSync(run!.eventsFile, "utf8"),
        /"kind":"damaged","file":".*step-\d+\.safetensors","why":".* is damaged/,
      );
      assert.equal(outcomeOf(run!), expected);
      assert.ok(run!.events().some((event) => event.kind === "started" && event.resumedFrom === before!.step));
    } finally {
      for (const child of children) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

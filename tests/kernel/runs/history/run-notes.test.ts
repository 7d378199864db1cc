/** Tags and notes of runs: stored unchanged, size-limited, and only in the run's own folder. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunListDashboard } from "#kernel/training-runs/run-requests.js";
import { defaultRunView } from "#kernel/runs/history/run-listing.js";
import { RUN_NOTES_LIMITS } from "#kernel/runs/history/run-notes.js";
import { makeRun } from "../run-folders.js";

describe("run notes", () => {
  let root: string;
  let board: RunListDashboard;
  beforeEach(() => {
    root = join(mkdtempSync(join(tmpdir(), "tunebook-notes-")), "runs");
    board = new RunListDashboard(root);
  });
  afterEach(() => rmSync(join(root, ".."), { recursive: true, force: true }));

  it("are saved in notes.json with normalized unique tags and shown in the table", async () => {
    const run = makeRun(root, "a", { reason: null });
    assert.deepEqual(await board.note(run.id, { tags: [" best one ", "#x", "X", ""], note: "a <b>note</b>\n" }), {
      noted: true,
    });
    assert.equal(
      readFileSync(join(run.path, "notes.json"), "utf8"),
      `${JSON.stringify({ tags: ["best-one", "x"], note: "a <b>note</b>" }, null, 2)}\n`,
    );
    const { runs } = await board.changes({ ...defaultRunView, since: 0, wait: 0 });
    assert.deepEqual([runs[0]?.tags, runs[0]?.note], [["best-one", "x"], "a <b>note</b>"]);
    assert.ok(!readdirSync(run.path).some((name) => /notes\.json\./.test(name)), "nothing is left beside it");
  });
  it("are rejected with a reason if they exceed the limits", async () => {
    const run = makeRun(root, "a");
    for (const [notes, why] of [
      [{ tags: Array.from({ length: RUN_NOTES_LIMITS.tags + 1 }, (_, i) => `t${i}`), note: "" }, /more than 20 tags/],
      [{ tags: ["x".repeat(RUN_NOTES_LIMITS.tag + 1)], note: "" }, /more than 40 characters/],
      [{ tags: [], note: "x".repeat(RUN_NOTES_LIMITS.note + 1) }, /more than 10000 characters/],
    ] as const) {
      const answer = await board.note(run.id, notes);
      assert.equal(answer.noted, false);
      assert.match(answer.why ?? "", why);
    }
    assert.equal(existsSync(join(run.path, "notes.json")), false);
  });
  it("are never written outside the run's own folder", async () => {
    const run = makeRun(root, "a");
    const outside = join(root, "..", "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "plan.json"), "{}");
    writeFileSync(join(outside, "precious"), "precious");
    symlinkSync(outside, join(root, "link"));
    symlinkSync(join(outside, "precious"), join(run.path, "notes.json"));
    for (const id of [run.id, "link", "../outside", "..", ".", "", "sweeps"]) {
      const { noted, why } = await board.note(id, { tags: ["t"], note: "" });
      assert.equal(noted, false, id);
      assert.match(why ?? "", /were not saved/);
    }
    assert.deepEqual(
      [readFileSync(join(outside, "precious"), "utf8"), readdirSync(outside).sort()],
      ["precious", ["plan.json", "precious"]],
    );
  });
  it("are empty if the file is too long or malformed", async () => {
    const [a, b] = [makeRun(root, "a"), makeRun(root, "b")];
    writeFileSync(join(a.path, "notes.json"), JSON.stringify({ tags: ["t"], note: "x".repeat(1 << 17) }));
    writeFileSync(join(b.path, "notes.json"), '[{"tags": ["t"]}');
    const { runs } = await board.changes({ ...defaultRunView, since: 0, wait: 0 });
    assert.deepEqual(
      runs.map(({ tags, note }) => [tags, note]),
      [
        [[], ""],
        [[], ""],
      ],
    );
  });
});

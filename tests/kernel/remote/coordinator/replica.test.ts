/** The local replica of a run that another process trains. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { lockHolderOf } from "#kernel/runs/run-lock.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { RunReplica } from "#kernel/remote/coordinator/replica.js";

const kept = fileURLToPath(new URL("../../../../../tests/fixtures/runs", import.meta.url));

describe("replica of a remote run", () => {
  let folder: string;
  let plan: Plan;
  let told: Record<string, unknown>;
  before(() => {
    const run = readdirSync(kept, { recursive: true })
      .map(String)
      .find((path) => path.endsWith("plan.json"));
    plan = JSON.parse(readFileSync(join(kept, run ?? ""), "utf8")) as Plan;
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-test-"));
    told = {
      ...{ version: 1, name: "s_1", recipeHash: plan.recipeHash, planHash: "p", dataHash: null, baseHash: null },
      ...{ labels: ["a"], engine: "e", tunebook: "0.1.0", node: "v20", started: "2026-11-28T00:00:00.000Z" },
      ...{ home: "/there/notebook", base: "/there/base" },
    };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const runs = (): string => join(folder, "runs");
  const expected = () => ({ name: "s_1", plan, home: folder });
  const at = "2026-11-28T00:00:00.000Z";
  const file = (path: string, hash: string) => ({ path, hash: hash.repeat(64), bytes: 1 });
  const move = (to: string, files: readonly { readonly path: string; readonly hash: string }[]): void => {
    for (const { path, hash } of files) {
      mkdirSync(join(to, path, ".."), { recursive: true });
      writeFileSync(join(to, path), hash.slice(0, 1));
    }
  };

  it("has the local plan and paths and holds a lock until it is released", () => {
    const made = RunReplica.make(runs(), "s_1-x", expected(), told);
    const lock = made.run.lock();
    assert.deepEqual([lock?.home, lock?.base, lock?.engine], [join("..", ".."), undefined, "e"]);
    assert.deepEqual(JSON.parse(readFileSync(join(made.run.path, "plan.json"), "utf8")), plan);
    assert.equal(lockHolderOf(made.run.path)?.does, "train");
    made.release();
    assert.equal(lockHolderOf(made.run.path), null);
  });

  it("gets a new id if the name is taken", () => {
    const [one, two] = [0, 1].map(() => RunReplica.make(runs(), "s_1-x", expected(), told));
    assert.deepEqual([one?.id, two?.id], ["s_1-x", "s_1-x-2"]);
    one?.release();
    two?.release();
  });

  it("is rejected if the recipe, name, version or labels differ", () => {
    for (const other of [{ recipeHash: "x" }, { name: "s_2" }, { version: 2 }, { labels: "a" }])
      assert.throws(() => RunReplica.make(runs(), "s_1-x", expected(), { ...told, ...other }), {
        code: "request-refused",
      });
    assert.ok(!existsSync(runs()));
  });

  it("logs only valid events, under its own id", () => {
    const made = RunReplica.make(runs(), "s_1-x", expected(), told);
    made.log(
      JSON.stringify({
        at,
        run: "there",
        kind: "checkpoint",
        step: 2,
        folder: "/there/checkpoints/step-2",
        best: false,
      }),
    );
    for (const line of ["", "[]", '{"kind":"step"}', '{"at":"x","run":"r","kind":"other"}'])
      assert.throws(() => made.log(line), { code: "request-refused" });
    const [event, ...others] = made.run.events();
    assert.deepEqual(event, {
      ...{ at, run: "s_1-x", kind: "checkpoint", step: 2, best: false },
      folder: join(made.run.checkpoints, "step-2"),
    });
    assert.deepEqual(others, []);
    made.release();
  });

  it("mirrors the reported files: new ones are moved in, others removed", () => {
    const made = RunReplica.make(runs(), "s_1-x", expected(), told);
    made.holds([file("checkpoints/a", "a"), file("learnt.json", "l")], move);
    assert.deepEqual(made.lacks([file("checkpoints/a", "a"), file("checkpoints/b", "b")]), [
      file("checkpoints/b", "b"),
    ]);
    made.holds([file("checkpoints/b", "b"), file("learnt.json", "l")], move);
    assert.deepEqual(readdirSync(made.run.checkpoints), ["b"]);
    made.release();
    const again = RunReplica.again(made.run.path, [
      ...[file("checkpoints/b", "b"), file("learnt.json", "l")],
      ...["plan.json", "lock.json", "events.jsonl"].map((path) => file(path, "0")),
    ]);
    again.holds([file("checkpoints/c", "c")], move);
    again.release();
    assert.deepEqual(readdirSync(made.run.path).sort(), ["checkpoints", "lock.json", "plan.json"]);
    assert.ok(RunFolder.open(made.run.path).lock());
  });
});

/** What a session keeps of the data that it prepared: the newest, whatever was defined before. */
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { plainHostContext } from "#kernel/core/session/host-context.js";
import { DatasetCache } from "#kernel/session/dataset-cache.js";
import { call, Folder } from "../core/data/plans.js";

describe("data that a session prepared", () => {
  const folder = new Folder();
  after(() => folder.remove());
  const rows = Array.from({ length: 2000 }, (_, i) => `text number ${i},${i % 2 ? "a" : "b"}\n`).join("");
  const source = call("source", "csv", { path: folder.write("rows.csv", `text,label\n${rows}`) });
  const hostContext = plainHostContext(folder.path);

  it("are let go of once others were defined, and the newest are kept", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const datasets = new DatasetCache();
    const of = (seed: number) => datasets.data(folder.plan(source, { seed }), null, hostContext);
    const made: WeakRef<object>[] = [];
    for (let seed = 0; seed < 30; seed++) {
      made.push(new WeakRef(await of(seed)));
      await of(0); // used again and again: it stays
    }
    // A weak reference holds until the turn ends.
    await new Promise((done) => setTimeout(done, 10));
    collect();
    const alive = made.flatMap((one, seed) => (one.deref() ? [seed] : []));
    assert.ok(alive.length <= 10, `${alive.length} of 30 are held: ${alive.join(", ")}`);
    assert.ok(
      [0, 28, 29].every((seed) => alive.includes(seed)),
      alive.join(", "),
    );
    assert.equal(await of(0), await of(0));
  });
});

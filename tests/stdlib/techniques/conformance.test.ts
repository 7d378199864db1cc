/** Encoder families; decoders are in conformance-decoders.test.ts, so that both can be tested in parallel. */
import assert from "node:assert/strict";
import { registry } from "#stdlib/registry.js";
import { frozen, keeps, type Calls } from "./conformance.js";
import { baseShapes, calls, subjects } from "./subjects.js";

const list = await subjects();
const all: Calls = async (subject) => calls(subject.word, await baseShapes(subject));

describe("techniques on every model family", () => {
  it("cover every built technique", async () => {
    const used = new Set((await all(list.find((s) => s.word.name === "bert")!)).map((c) => c.word));
    const built = registry.ofKind("technique").flatMap((w) => (w.load ? [w.name] : []));
    assert.deepEqual(
      [...used].sort(),
      built.sort(),
      "each technique that is built has a call in `calls` of tests/stdlib/techniques/subjects.ts",
    );
  });
  for (const subject of list.filter(({ family }) => family.shape === "encoder"))
    describe(subject.word.name, () => {
      it("full with `freeze`: leaves frozen weights unchanged", () => frozen(subject));
      keeps(subject, all, registry);
    });
});

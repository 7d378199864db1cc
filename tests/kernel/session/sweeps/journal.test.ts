import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Journal } from "#kernel/session/sweeps/journal.js";

describe("a sweep's trials", () => {
  it("are kept in a journal that a torn line does not spoil", () => {
    const root = mkdtempSync(join(tmpdir(), "sweeps-"));
    try {
      const trial = {
        number: 1,
        values: { batch_size: "16" },
        point: { batch_size: 0 },
        score: 0.9,
        state: "done",
        seconds: 1,
        run: "r",
        error: null,
      } as const;
      const journal = Journal.open(root, "search", "abc");
      journal.add(trial);
      appendFileSync(journal.file, '{"number":2,');
      const again = Journal.open(root, "search", "abc");
      assert.deepEqual(again.trials, [trial]);
      again.add({ ...trial, number: 2 });
      appendFileSync(journal.file, 'null\n{"number":3}\n{"number":"x"');
      assert.deepEqual(Journal.open(root, "search", "abc").trials, [trial, { ...trial, number: 2 }]);
      assert.deepEqual(Journal.open(root, "search", "another").trials, []);
      // A folder of runs may come from anybody, and the best trial's values become part of a program.
      const foreign = [
        { values: { batch_size: '16 }\npredict m on "x" {' } },
        { values: { batch_size: "16 } predict m on x {" } },
        { values: { batch_size: '"a' } },
        { values: { batch_size: { nope: 1 } } },
        { state: "fine" },
        { number: 1.5 },
        { error: {} },
      ];
      for (const change of foreign) appendFileSync(journal.file, `\n${JSON.stringify({ ...trial, ...change })}\n`);
      const own = { ...trial, number: 3, values: { technique: 'lora(targets: [query], from: "a } b")' } };
      journal.add(own);
      assert.deepEqual(Journal.open(root, "search", "abc").trials, [trial, { ...trial, number: 2 }, own]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

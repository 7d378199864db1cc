/** The programs on the pages of families and techniques, run for one step on small random models. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { isMade, Trials } from "#tools/reference/tried.js";
import { registry } from "#stdlib/registry.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { writeRandomModel } from "./random-model.js";

const folder = new URL("../../../../docs/reference/", import.meta.url);
const built = (kind: "technique" | "model"): readonly string[] => {
  const made = new Set(
    registry
      .ofKind("technique")
      .filter(isMade)
      .map(({ name }) => name),
  );
  return registry.ofKind(kind).flatMap(({ name, planned }) => (planned || made.has(name) ? [] : [name]));
};

describe("example programs of the reference", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  let trials: Trials;
  before(async () => {
    trials = await Trials.over(registry);
    book = new NotebookOfOne();
    const rows = Array.from({ length: 40 }, (_, i) => `good ${i},${i % 2 ? "yes" : "no"},read ${i},written ${i}`);
    writeFileSync(join(book.folder, "rows.csv"), ["text,label,input,target", ...rows].join("\n"));
  });
  after(() => book.close());

  /** Replaces only the base, which is far larger, and the length of training. */
  async function runs(page: string): Promise<void> {
    const [, program] = /```tune\n([\s\S]*?)```/.exec(readFileSync(new URL(page, folder), "utf8"))!;
    const base = /base: "([^"]+)"/.exec(program!)![1]!;
    const checkpoint = trials.named(base)!;
    writeRandomModel(join(book.folder, checkpoint.family.name), checkpoint);
    const before = book.session.evaluations.length;
    const short = program!.replace(`"${base}"`, `"${checkpoint.family.name}"`).replace("epochs: 3", "steps: 1");
    await book.run(short.replace("mine {", "mine { max_length: 24,"));
    const { history } = book.values.get("mine") as ModelHandle;
    assert.equal(history.length, 1);
    assert.ok(Number.isFinite(history[0]!.loss) && history[0]!.norm > 0);
    assert.equal(book.session.evaluations.length, before + 1);
  }
  for (const technique of built("technique"))
    it(`train and evaluate for technique ${technique}`, () => runs(`techniques/${technique}.md`));
  for (const family of built("model"))
    it(`train and evaluate for family ${family}`, () => runs(`families/${family}.md`));
});

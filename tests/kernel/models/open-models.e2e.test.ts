/**
 * More models than may be open at once: evicted ones are restored from their checkpoints and give the same answers.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabelPrediction } from "#stdlib/tasks/text_classification.run.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeSmallBert } from "../session/small-bert.js";

const WORDS = ["a", "film", "book", "good", "fine", "bad", "poor"];
const asked = ["a good film", "a poor book", "a fine book"];
/** Six models share one base, and four stay open. Three have their own weights, and two stay open. */
const techniques = { alike: "lora(rank: 2)", apart: "full" } as const;
const names = { alike: ["a1", "a2", "a3", "a4", "a5", "a6"], apart: ["w1", "w2", "w3"] } as const;

describe("many open models", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallBert(join(book.folder, "base"), WORDS);
    const rows = ["good", "fine", "bad", "poor"].flatMap((word) =>
      ["film", "book"].map((of) => `a ${word} ${of},${word === "bad" || word === "poor" ? "no" : "yes"}`),
    );
    writeFileSync(join(book.folder, "d.csv"), `text,label\n${rows.join("\n")}\n`);
    await book.run('data d { source: csv("d.csv"), columns: { text: text, label: label } }');
  });
  after(() => book.close());

  const answers = async (name: string) =>
    ((await (book.values.get(name) as ModelHandle).predict([...asked])) as readonly LabelPrediction[]).map(
      ({ label, probability }) => [label, probability] as const,
    );

  for (const kind of ["alike", "apart"] as const)
    it(`predict as before, trained ${kind === "alike" ? "on one base's weights" : "with weights of its own"}`, async () => {
      const first = new Map<string, Awaited<ReturnType<typeof answers>>>();
      for (const [seed, name] of names[kind].entries()) {
        await book.run(
          `model ${name} { base: "base", task: text_classification, technique: ${techniques[kind]} }\n` +
            `train ${name} on d { steps: 3, batch_size: 4, seed: ${seed} }`,
        );
        first.set(name, await answers(name));
      }
      const said = new Set([...first.values()].map((told) => JSON.stringify(told)));
      assert.equal(said.size, names[kind].length, "each has learnt something else");
      for (const name of [...names[kind], ...names[kind].toReversed()])
        assert.deepEqual(await answers(name), first.get(name), name);
    });
});

/** After training, a line reports how many answers changed; if none did, it is a warning. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { predictionChangesView } from "#kernel/display/prediction-changes.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeSmallBert } from "../session/small-bert.js";

const FILLER = ["the", "a", "room", "was", "and", "we", "it"];
const KINDS = ["dull", "bad", "good"] as const;

describe("prediction change report after training", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallBert(join(book.folder, "base"), [...FILLER, ...KINDS]);
    const rows = Array.from({ length: 64 }, (_, i) => {
      const kind = KINDS[(i + Math.floor(i / 4)) % 3]!;
      const text = [i, Math.floor(i / 7), Math.floor(i / 49), 5 * i + 2]
        .map((n) => FILLER[n % FILLER.length])
        .join(" ");
      return {
        text: `${text} ${kind}`,
        kind: kind.length + kind[0]!,
        score: KINDS.indexOf(kind),
        part: i % 4 === 0 ? "validation" : "train",
        exam: i % 4 === 0 ? "test" : "train",
      };
    });
    writeFileSync(
      join(book.folder, "rows.jsonl"),
      rows
        .map((row) =>
          JSON.stringify({
            ...row,
            tokens: row.text.split(" "),
            tags: row.text.split(" ").map((w) => ((KINDS as readonly string[]).includes(w) ? "B-K" : "O")),
          }),
        )
        .join("\n"),
    );
    await book.run(`
data kinds { source: jsonl("rows.jsonl"), columns: { text: text, label: kind }, split: by_column(part) }
data tested { source: jsonl("rows.jsonl"), columns: { text: text, label: kind }, split: by_column(exam) }
data alone { source: jsonl("rows.jsonl"), columns: { text: text, label: kind } }
data scores { source: jsonl("rows.jsonl"), columns: { text: text, score: score }, split: by_column(part) }
data tags { source: jsonl("rows.jsonl"), columns: { tokens: tokens, tags: tags }, split: by_column(part) }
data texts { source: jsonl("rows.jsonl"), columns: { text: text }, split: by_column(part) }
recipe quick { epochs: 6, batch_size: 16, optimizer: adamw(learning_rate: 4e-3), dropout: 0, seed: 1 }
recipe still { steps: 1, optimizer: adamw(learning_rate: 1e-12), schedule: constant, dropout: 0 }
model kind { base: "base", task: text_classification, technique: full }
model scorer { base: "base", task: regression, technique: full }
model tagger { base: "base", task: token_classification(scheme: iob2), technique: full }
model filler { base: "base", task: fill_mask(share: 30%), technique: full }
model writer { architecture: gpt2(layers: 1, hidden: 16, heads: 2), tokenizer: bpe(vocabulary: 300), task: text_generation, max_length: 16 }`);
  });
  after(() => book.close());

  const told = async (text: string) => {
    const lines = (await book.run(text)).map(({ bundle }) => String(bundle["text/plain"]));
    const line = lines.find((one) => /changed \d+ of|nothing changed/.test(one));
    assert.ok(line, lines.join("\n"));
    return line;
  };
  const count = (line: string) => Number(/changed (\d+) of/.exec(line)?.[1] ?? 0);

  it("does not warn if a score over more rows changed while the sampled predictions did not", () => {
    const told = { model: "m", split: "validation", comparedCount: 20, rows: 42, changed: 0, untrained: null } as const;
    const line = (moved: Parameters<typeof predictionChangesView>[0]["moved"]) =>
      String(predictionChangesView({ ...told, moved: moved ?? null }).bundle["text/plain"]);
    assert.match(line(null), /^warning: m was trained, and nothing changed/);
    assert.match(
      line({ metric: "accuracy", from: 0.5476, to: 0.5714 }),
      /^m: none of 20 [^]*accuracy changed from 0\.5476 to 0\.5714$/,
    );
  });
  it("counts the changed predictions on the validation rows", async () => {
    const line = await told("train kind on kinds with quick");
    assert.match(line, /^kind changed \d+ of 16 validation predictions, against the untrained head$/);
    const before = await told("train kind on kinds with still as begun");
    assert.match(
      before,
      /^warning: begun was trained, and nothing changed: none of 16 validation predictions differs from that of the untrained head\n/,
    );
    // The count matches the predicted labels.
    const rows = readFileSync(join(book.folder, "rows.jsonl"), "utf8")
      .split("\n")
      .map((row) => JSON.parse(row) as { text: string; part: string });
    const texts = rows.filter(({ part }) => part === "validation").map(({ text }) => text);
    const labels = async (name: string) =>
      (await (book.values.get(name) as ModelHandle).predict<{ text: string; label: string }>(texts)).map(
        ({ label }) => label,
      );
    const [untrained, trained] = [await labels("begun"), await labels("kind")];
    assert.equal(count(line), trained.filter((label, i) => label !== untrained[i]).length);
    assert.ok(count(line) > 0);
  });
  it("counts on the test rows without validation rows, and on training rows if there are no others", async () => {
    assert.match(await told("train kind on tested with quick"), /of 16 test predictions/);
    assert.match(
      await told("train kind on alone with quick"),
      /of 20 predictions of training rows \(evenly spaced among 64 rows; there are no others\), against the untrained head$/,
    );
  });
  it("compares with the starting model: an untrained head, its earlier head or an untrained model", async () => {
    assert.match(await told("train scorer on scores with quick"), /, against the untrained head$/);
    assert.doesNotMatch(await told("train scorer on scores with still as begun_scorer"), /knew it all/);
    await (book.values.get("scorer") as ModelHandle).save("own");
    await book.run('model again { base: "own", task: regression, technique: full }');
    assert.match(await told("train again on scores with quick"), /, against the model before its first step$/);
    assert.match(
      await told("train again on scores with still as still_again"),
      /differs from that of the model before its first step\nhelp: .*knew it all/,
    );
    assert.match(await told("train writer on texts with quick"), /, against the untrained model$/);
  });
  it("states how the rows were sampled if not all were used", async () => {
    const wide = Array.from(
      { length: 49 },
      (_, i) =>
        `${FILLER[i % 7]} ${FILLER[Math.floor(i / 7)]} ${KINDS[i % 3]},${"xyz"[i % 3]},${i < 30 ? "validation" : "train"}`,
    );
    writeFileSync(join(book.folder, "wide.csv"), ["text,kind,part", ...wide].join("\n"));
    await book.run(
      'data wide { source: csv("wide.csv"), columns: { text: text, label: kind }, split: by_column(part) }',
    );
    assert.match(
      await told("train kind on wide with quick"),
      /of 20 validation predictions \(evenly spaced among 30 rows\), against/,
    );
  });
  for (const [name, data] of [
    ["scorer", "scores"],
    ["tagger", "tags"],
    ["filler", "texts"],
    ["writer", "texts"],
  ] as const)
    it(`counts changes of ${name} and reports that nothing changed`, async () => {
      assert.ok(count(await told(`train ${name} on ${data} with quick`)) > 0);
      assert.match(
        await told(`train ${name} on ${data} with still as still_${name}`),
        /nothing changed: none of 16 validation predictions/,
      );
    });
});

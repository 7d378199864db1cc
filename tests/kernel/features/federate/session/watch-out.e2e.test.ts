/**
 * Warnings about clients' rows before training: validation rows of one client that another trains on, and one name in
 * two spellings.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { NotebookOfOne } from "../../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../../session/small-training.js";

const text = (shown: readonly DisplayOutput[]): string =>
  shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");

describe("federated clients", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  const row = (i: number): string => `a ${i % 2 ? "good" : "bad"} film w${String(i)},${i % 2 ? "yes" : "no"}`;
  const rows = (from: number, to: number): readonly string[] =>
    Array.from({ length: to - from }, (_, i) => row(from + i));
  const write = (name: string, header: string, some: readonly string[]): void =>
    writeFileSync(join(book.folder, `${name}.csv`), [header, ...some].join("\n"));
  const quick = "{ rounds: 1, batch_size: 8, optimizer: sgd(learning_rate: 0.01), keep: last }";

  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    const divided = (own: readonly string[], parts: readonly string[]): readonly string[] =>
      own.map((one, i) => `${one},${parts[i % parts.length] ?? ""}`);
    write("north", "text,label,part", divided(rows(0, 16), ["train", "train", "train", "validation"]));
    // Rows 0, 1 and 2 are training rows of the client north.
    write("south", "text,label,part", [
      ...divided(rows(16, 28), ["train"]),
      ...divided([...rows(0, 2), ...rows(28, 30)], ["validation"]),
      ...divided([...rows(2, 3), ...rows(30, 34)], ["test"]),
    ]);
    write("apart", "text,label,part", divided(rows(40, 56), ["train", "train", "train", "validation"]));
    const sites = ["North", " north", "south", "South\u2003", "hill"];
    write(
      "sites",
      "text,label,site",
      rows(0, 40).map((one, i) => `${one},${sites[i % 5] ?? ""}`),
    );
    await book.run(`${definitions}
data north { source: csv("north.csv"), columns: { text: text, label: label }, split: by_column(part) }
data south like north { source: csv("south.csv") }
data apart like north { source: csv("apart.csv") }
data sites { source: csv("sites.csv"), columns: { text: text, label: label }, split: random(train: 75%, validation: 25%) }`);
  });
  after(() => book.close());

  it("are reported if their evaluation rows are training rows of another client, and only then", async () => {
    const leaks = (): readonly string[] =>
      book.warnings.filter(({ code }) => String(code) === "federate-leak").map((one) => diagnosticText(one).message);
    await book.run(`federate m on north, south as leaks ${quick}`);
    assert.deepEqual(leaks(), [
      "scored rows of `south` are trained by `north`: 2 of 4 of `south.validation`, 1 of 5 of `south.test`",
    ]);
    await book.run(`federate m on north, apart as none ${quick}`);
    await book.run(
      `federate m on north, south as meant ${quick.replace("{", '{ allow: { federate-leak: "a copy of the register" },')}`,
    );
    assert.equal(leaks().length, 1);
  });

  it("are reported if two of their names are nearly the same", async () => {
    const told = text(
      await book.run(`federate m on sites as named ${quick.replace("{", "{ clients: by_column(site),")}`),
    );
    assert.match(told, /warning\[clients-alike\]: ./);
    assert.match(told, /"[Nn ]+orth" and "[Nn ]+orth"/);
    assert.match(told, /"[Ss]outh\u2003?" and "[Ss]outh\u2003?"/);
    assert.doesNotMatch(told, /"hill" and|and "hill"/);
    const drawn = text(await book.run(`federate m on sites as drawn ${quick.replace("{", "{ clients: even(3),")}`));
    assert.doesNotMatch(drawn, /clients-alike/);
  });

  it("are sorted by their scores in the selected round", async () => {
    const told = text(
      await book.run(
        `federate m on north, apart as kept { rounds: 3, batch_size: 8, optimizer: sgd(learning_rate: 0.01) }`,
      ),
    );
    const round = /the model is that of round (\d)/.exec(told)?.[1];
    assert.ok(round !== undefined, told);
    assert.match(told, new RegExp(`round ${round}, kept`));
  });
});

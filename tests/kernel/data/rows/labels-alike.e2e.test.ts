/** Labels that two programs wrote differently: reported with their rows, from the file to the warning. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";

describe("similar labels warning", () => {
  let book: NotebookOfOne;
  before(() => (book = new NotebookOfOne()));
  after(() => book.close());
  const alike = async (name: string, labels: readonly string[], more = ""): Promise<unknown> => {
    writeFileSync(
      join(book.folder, `${name}.csv`),
      ["text,label", ...labels.map((l, i) => `text ${i},${l}`)].join("\n"),
    );
    book.warnings.length = 0;
    await book.run(`data ${name} { source: csv("${name}.csv"), columns: { text: text, label: label }${more} }`);
    const found = book.warnings.find(({ code }) => code === "labels-alike");
    return (found?.data as { alike: readonly (readonly { label: string; count: number }[])[] } | undefined)?.alike.map(
      (group) => Object.fromEntries(group.map(({ label, count }) => [label, count])),
    );
  };
  for (const [name, labels, found] of [
    ["numbers", ["1", "1.0", "1", "0", "2"], [{ "1": 2, "1.0": 1 }]],
    [
      "zeros",
      ["01", "1", "2", "02"],
      [
        { "01": 1, "1": 1 },
        { "02": 1, "2": 1 },
      ],
    ],
    ["capitals", ["True", "true", "False"], [{ True: 1, true: 1 }]],
    ["blanks", ['"yes "', "yes", "no"], [{ yes: 1, "yes ": 1 }]],
    ["widths", ["ｙｅｓ", "yes", "no"], [{ yes: 1, ｙｅｓ: 1 }]],
    ["huge", ["9007199254740993", "9007199254740992"], undefined],
    ["versions", ["1.0", "1.10", "1.1"], [{ "1.1": 1, "1.10": 1 }]],
    ["different", ["yes", "no", "maybe"], undefined],
  ] as const)
    it(`${name}: ${labels.join(", ")}`, async () => assert.deepEqual(await alike(name, labels), found));
  it("is absent if the labels are listed explicitly", async () =>
    assert.equal(await alike("listed", ["1", "1.0"], ', labels: ["1", "1.0"]'), undefined));
  it("appears for streamed data too", async () =>
    assert.deepEqual(
      await alike("streamed", ["True", "true", "no"]).then(async () => {
        book.warnings.length = 0;
        await book.run('data s { source: csv("streamed.csv", stream: true), columns: { text: text, label: label } }');
        return book.warnings.map(({ code }) => code).filter((code) => code === "labels-alike");
      }),
      ["labels-alike"],
    ));
});

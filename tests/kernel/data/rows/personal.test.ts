import assert from "node:assert/strict";
import { prepareRows } from "#kernel/data/prepare.js";
import { PersonalDataCounter } from "#kernel/data/pass/personal-data-counts.js";
import { personalDataText } from "#kernel/display/plans/plan-card.js";
import { textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { call, Folder } from "./plans.js";

describe("personal data statistics", () => {
  const folder = new Folder();
  after(() => folder.remove());
  const rows = [
    ...Array.from({ length: 20 }, (_, i) => `my name is Anna Smith and I wrote letter ${String(i)},x`),
    "pay with 4111 1111 1111 1111 please,y",
    "write to a@b.org about it,y",
    "write to nobody about it,y",
  ];
  const found = async (clean: ReturnType<typeof call>[] = []) => {
    const file = folder.write("rows.csv", `text,label\n${rows.join("\n")}\n`);
    const { facts } = await prepareRows(folder.plan(call("source", "csv", { path: file }), { clean }), folder.world());
    return facts.personal;
  };

  it("count rows by column and kind, the most certain first, without the values", async () => {
    const personal = await found();
    assert.deepEqual(
      personal?.map(({ column, entity, rows, sure }) => [column, entity, rows, sure]),
      [
        ["text", "card", 1, 1],
        ["text", "name", 20, 0],
        ["text", "email", 1, 0],
      ],
    );
    assert.deepEqual(personal?.[0]?.examples, [21]);
    assert.ok(!JSON.stringify(personal).includes("Anna"));
  });
  it("cover the data after cleaning", async () => {
    assert.deepEqual(
      (await found([call("cleaner", "redact", { entity: ["name", "card"] })]))?.map(({ entity }) => entity),
      ["email"],
    );
    assert.equal(await found([call("cleaner", "redact")]), undefined);
    // Names excluded from redaction on purpose give no warning.
    const except = call("cleaner", "redact", { except: ["Anna Smith"] });
    assert.equal(await found([except]), undefined);
    const others = call("cleaner", "redact", { entity: ["card", "email"], except: ["Ben Smith"] });
    assert.deepEqual(
      (await found([others]))?.map(({ entity }) => entity),
      ["name"],
    );
  });
  it("report how many of very many rows were searched for words", () => {
    const personal = new PersonalDataCounter({ text: "text" });
    for (let row = 1; row <= 100_050; row++) {
      const text = row <= 700 ? "my name is Anna Smith" : row === 100_043 ? "a@b.org" : "";
      personal.look({ row, split: null, values: { text }, table: new Map(), index: row - 1 });
    }
    const told = personal.found().personal!;
    assert.deepEqual(
      told.map(({ entity, rows, looked }) => [entity, rows, looked]),
      [
        ["name", 700, 100_005],
        ["email", 1, undefined],
      ],
    );
    assert.match(
      textsOfCode("personal-data", { data: "d", found: told }).message,
      /name in "text" \(700 rows of 100,005 that were looked through for it\), email in "text" \(1 row\)$/,
    );
    assert.equal(
      personalDataText(told),
      "name in 700 rows of text (of 100,005 looked through for it), email in 1 row of text",
    );
  });
  it("omit a few matches that only words suggest", async () => {
    rows.splice(1, 18);
    assert.deepEqual(
      (await found())?.map(({ entity }) => entity),
      ["card", "email"],
    );
  });
});

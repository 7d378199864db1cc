import assert from "node:assert/strict";
import { prepareRows } from "#kernel/core/data/prepare.js";
import { call, Folder } from "./plans.js";

describe("personal data of a data set", () => {
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

  it("is counted by column and sort, the surest first, never told", async () => {
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
  it("is what cleaning left", async () => {
    assert.deepEqual(
      (await found([call("cleaner", "redact", { entity: ["name", "card"] })]))?.map(({ entity }) => entity),
      ["email"],
    );
    assert.equal(await found([call("cleaner", "redact")]), undefined);
  });
  it("is chance where a few rows have what words alone tell", async () => {
    rows.splice(1, 18);
    assert.deepEqual(
      (await found())?.map(({ entity }) => entity),
      ["card", "email"],
    );
  });
});

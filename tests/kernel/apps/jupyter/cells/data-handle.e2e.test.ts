/** Data sets in TypeScript cells: tables with typed columns, including columns of the source that no role uses. */
import assert from "node:assert/strict";
import { createCellRuntime, type KernelCellRuntime } from "#kernel/apps/jupyter/wire/cells.js";
import { Folder } from "../../../data/rows/plans.js";
import { Kept } from "./notebook.js";

const rows = [
  ["body", "team", "channel", "seconds"],
  ["refund ann@example.com", "billing", "mail of bob@example.com", "12"],
  ["", "tech", "phone", "3"],
  ["crash", "tech", "chat", "70"],
];

describe("data handle in TypeScript cells", function () {
  this.timeout(60_000);
  const folder = new Folder();
  let cells: KernelCellRuntime;
  let count = 0;
  const write = (lines: readonly (readonly string[])[]) =>
    folder.write("tickets.csv", `${lines.map((line) => line.join(",")).join("\n")}\n`);
  async function run(code: string): Promise<string> {
    const output = new Kept();
    const request = { code, cell: ++count, silent: false, output, userExpressions: {} };
    const outcome = await cells.interpreter.execute(request);
    if (outcome.status === "error") return outcome.traceback.join("\n").replace(/\u001b\[[0-9;]*m/g, "");
    return String(outcome.result?.bundle["text/plain"] ?? "");
  }
  before(async () => {
    write(rows);
    cells = await createCellRuntime(folder.path);
    const data = `data tickets {\n  source: csv("tickets.csv")\n  columns: { text: body, label: team }\n  clean: [redact(email), drop_empty]\n}`;
    assert.doesNotMatch(await run(data), /error/);
  });
  after(async () => {
    await cells.dispose();
    folder.remove();
  });

  it("has tables whose columns have names and types", async () => {
    assert.equal(await run("tickets.all.table().array('label').map((team) => team.length)"), "[ 7, 4 ]");
    assert.equal(await run("tickets.all.table().filter((d) => d.label === 'tech').get('text', 0).length"), "5");
    const wrong = await run("tickets.all.table().array('team')");
    assert.match(wrong, /TS2345.*"team".*"text" \| "label" \| "\$row"/s);
    assert.doesNotMatch(wrong, /Uint8Array/);
    assert.match(await run("tickets.all.table().groupby('label').count().array('count')"), /1, 1/);
  });
  it("returns any source column for the remaining rows, with personal data hidden", async () => {
    assert.equal(await run("await tickets.all.column('seconds')"), "[ '12', '70' ]");
    assert.equal(await run("(await tickets.all.column('channel'))[1]"), "'chat'");
    assert.match(await run("(await tickets.all.column('channel'))[0]"), /^'mail of .*'$/);
    assert.doesNotMatch(await run("await tickets.all.column('channel')"), /bob/);
    assert.match(await run("await tickets.all.column('canal')"), /unknown-column/);
  });
  it("refuses a column once the rows of the file have changed", async () => {
    write([rows[0]!, ...rows.slice(2), rows[1]!]);
    assert.match(await run("await tickets.all.column('seconds')"), /source-changed/);
    write(rows);
  });
});

/** Cells after a refused one: the cause is reported once. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { RefusedError } from "#kernel/session/execution-context.js";
import { textScreen } from "#kernel/session/text-screen.js";
import { RefusedSources } from "#kernel/session/refused-cells.js";
import { TuneSession } from "#kernel/features/tune-session.js";

describe("cell that depends on a rejected cell", () => {
  const folder = mkdtempSync(join(tmpdir(), "refused-"));
  const session = new TuneSession({ folder, runs: join(folder, "runs") });
  const stage = { screen: textScreen({ write: () => undefined }), hostContext: plainHostContext(folder) };
  // Each run of a cell has its own number, as in a notebook.
  let runs = 0;
  const told = async (cellId: string, text: string): Promise<readonly string[]> => {
    const title = `cell ${String(++runs)}`;
    try {
      await session.run({ id: title, title, text, cell: runs, cellId }, stage);
      return [];
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      return error.diagnostics.map((d) => `${d.code}: ${diagnosticText(d).message}`);
    }
  };
  before(() => writeFileSync(join(folder, "a.csv"), "text,label\none,x\ntwo,y\n"));
  after(async () => {
    await session.close();
    rmSync(folder, { recursive: true });
  });
  const data = (name: string, key: string): string =>
    `data ${name} {\n  ${key}: csv("a.csv")\n  columns: { text: text, label: label }\n}\n`;
  const missing = (name: string, cell: number): string =>
    `unknown-name: \`${name}\` is not defined yet: cell ${String(cell)} should define it but has an error`;

  it("names the rejected cell, once per name", async () => {
    assert.match((await told("first", data("a", "sorce") + data("b", "source"))).join("\n"), /^unknown-key: .*$/);
    assert.deepEqual(await told("second", "show a\nshow b\nshow a"), [missing("a", 1)]);
  });
  it("is not blamed for names that it only uses", async () => {
    assert.deepEqual(await told("second", "show a"), [missing("a", 1)]);
    assert.deepEqual(await told("third", "show b"), [missing("b", 1)]);
  });
  it("reports names that are defined further below", async () => {
    assert.match(
      (await told("fourth", `show a\n${data("a", "source")}`)).join("\n"),
      /`a` is used before its definition/,
    );
  });
  it("reports unknown names as usual", async () => {
    assert.match((await told("third", "show c")).join("\n"), /^unknown-name: there is no .* `c`$/);
  });
  it("runs after the fix, and the old name is unknown once removed", async () => {
    assert.deepEqual(await told("first", data("a", "source") + data("b", "source")), []);
    assert.deepEqual(await told("second", "show a\nshow b"), []);
    assert.match((await told("fifth", data("tikets", "sorce"))).join("\n"), /^unknown-key: /);
    assert.deepEqual(await told("fifth", data("tickets", "source")), []);
    assert.match((await told("sixth", "show tikets")).join("\n"), /no .* `tikets`$/);
  });
  it("is not confused with a source whose name is its number", () => {
    const [names, lost] = [{}, ["a"]];
    const refused = new RefusedSources();
    const source = { id: "cell 1", title: "cell 1", text: "" };
    refused.after({ ...source, cellId: "2" }, { names, lost }, true);
    refused.after({ ...source, id: "cell 2", title: "cell 2" }, { names, lost: ["b"] }, true);
    assert.deepEqual(Object.keys(refused.namesBeside({ ...source, id: "cell 3" })).toSorted(), ["a", "b"]);
  });
});

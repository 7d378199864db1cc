/** Cells after one that was refused: the cause is told, once. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wordsFor } from "#dsl/diagnostics/codes.js";
import { plainHostContext } from "#kernel/core/session/host-context.js";
import { Refused } from "#kernel/session/stage.js";
import { textScreen } from "#kernel/session/text-screen.js";
import { TuneSession } from "#kernel/session/tune-session.js";

describe("a cell after one that was refused", () => {
  const folder = mkdtempSync(join(tmpdir(), "refused-"));
  const session = new TuneSession({ folder, runs: join(folder, "runs") });
  const stage = { screen: textScreen({ write: () => undefined }), hostContext: plainHostContext(folder) };
  const told = async (cell: number, text: string): Promise<readonly string[]> => {
    try {
      await session.run({ id: `cell-${String(cell)}`, title: `cell ${String(cell)}`, text, cell }, stage);
      return [];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return error.diagnostics.map((d) => `${d.code}: ${wordsFor(d).message}`);
    }
  };
  before(() => writeFileSync(join(folder, "a.csv"), "text,label\none,x\ntwo,y\n"));
  after(async () => {
    await session.close();
    rmSync(folder, { recursive: true });
  });
  const data = (name: string, key: string): string =>
    `data ${name} {\n  ${key}: csv("a.csv")\n  columns: { text: text, label: label }\n}\n`;
  const missing = "unknown-name: `a` is not defined yet: cell 1 was to do it, and has a mistake";

  it("says which, and not each of its names", async () => {
    assert.match((await told(1, data("a", "sorce") + data("b", "source"))).join("\n"), /^unknown-key: .*$/);
    assert.deepEqual(await told(2, "show a\nshow b\nshow a"), [missing]);
  });
  it("is told of what nobody was to define as ever", async () => {
    assert.match((await told(3, "show c")).join("\n"), /^unknown-name: there is no .* `c`$/);
  });
  it("goes through once that cell is mended, and hears of the name no more when the cell no longer has it", async () => {
    assert.deepEqual(await told(1, data("a", "source") + data("b", "source")), []);
    assert.deepEqual(await told(2, "show a\nshow b"), []);
    assert.match((await told(4, data("d", "sorce"))).join("\n"), /^unknown-key: /);
    assert.match((await told(4, `${data("e", "source")}show d`)).join("\n"), /no .* `d`$/);
  });
});

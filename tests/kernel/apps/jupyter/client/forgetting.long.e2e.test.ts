/**
 * The forgetting notebook, run cell by cell as in a class, with coarser pictures: its statements hold. Nine trainings
 * of a second or two, their scores and the pictures take half a minute.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runNotebook } from "#kernel/apps/jupyter/client/notebook.js";
import type { CodeCell } from "#kernel/apps/jupyter/client/notebook-file.js";
import type { JsonRecord } from "#kernel/fetch/json.js";

const root = new URL("../../../../../..", import.meta.url);

function textOf(cell: CodeCell | undefined): string {
  const plain = ({ text, data }: JsonRecord): string =>
    [text ?? (isRecord(data) ? data["text/plain"] : "")].flat().join("");
  return (cell?.outputs ?? []).map((output) => plain(output)).join("\n");
}

describe("forgetting notebook", function () {
  this.timeout(900_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-forgetting-"));
  const cells = new Map<unknown, CodeCell>();
  before(async () => {
    cpSync(new URL("notebooks/data/", root), join(folder, "data"), { recursive: true });
    const file = join(folder, "forgetting.ipynb");
    const written = readFileSync(new URL("notebooks/forgetting.ipynb", root), "utf8");
    writeFileSync(file, written.replaceAll("cells: 13", "cells: 5"));
    const result = await runNotebook(file, { out: join(folder, "out.ipynb") });
    assert.ok(result.ok, JSON.stringify(result.failed, null, 1));
    for (const cell of result.notebook.cells) if (cell.cell_type === "code") cells.set(cell["id"], cell as CodeCell);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("reports no errors or warnings", () => {
    for (const cell of cells.values()) assert.doesNotMatch(textOf(cell), /^(?:error|warning)\[/m, textOf(cell));
  });
  it("forgets while learning, and forgets less with countermeasures", () => {
    const rows = [...textOf(cells.get("share")).matchAll(/^(\w+) +(\d\.\d+) +(\d\.\d+)$/gm)];
    const scores = new Map(rows.map(([, model, german, french]) => [model, [Number(german), Number(french)] as const]));
    const of = (model: string) => scores.get(model) ?? assert.fail(`${model} has no scores`);
    const [[old, coin], [german, french]] = [of("helper"), of("naive")];
    assert.ok(old > 0.7 && coin < 0.6 && german < old - 0.12 && french > 0.7, [...scores].join("; "));
    for (const model of ["held", "together", "replayed"]) assert.ok(of(model)[0] > german + 0.04, model);
    assert.ok(of("together")[1] > 0.7 && of("held")[1] < french);
  });
  it("plots a long EWC ellipse and reports the effect of batches on the Fisher information", () => {
    for (const id of ["plane", "corridor"])
      assert.match(textOf(cells.get(id)), /EWC's ellipse through naive: half axes/);
    const [, longer] = /the ellipse is (\d+) times as long/.exec(textOf(cells.get("axes"))) ?? [];
    assert.ok(Number(longer) > 4, longer);
    const [, less] = /, (\d+) times less/.exec(textOf(cells.get("fisher-read"))) ?? [];
    assert.ok(Number(less) > 4, less);
  });
});

/**
 * The federated learning notebook, run cell by cell as in a class: its statements hold. Four federations of ten clients
 * and a training of MiniLM's head take two to six minutes.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { JsonRecord } from "#kernel/fetch/json.js";
import { runNotebook } from "#kernel/apps/jupyter/client/notebook.js";
import type { CodeCell } from "#kernel/apps/jupyter/client/notebook-file.js";

const root = new URL("../../../../../..", import.meta.url);

function textOf(cell: CodeCell | undefined): string {
  const plain = ({ text, data }: JsonRecord): string =>
    [text ?? (isRecord(data) ? data["text/plain"] : "")].flat().join("");
  return (cell?.outputs ?? []).map((output) => plain(output)).join("\n");
}

describe("federated learning notebook", function () {
  this.timeout(1_200_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-federated-"));
  const cells = new Map<unknown, CodeCell>();
  const text = (id: string): string => textOf(cells.get(id));
  before(async () => {
    cpSync(new URL("notebooks/data/", root), join(folder, "data"), { recursive: true });
    const file = join(folder, "federated.ipynb");
    cpSync(new URL("notebooks/federated.ipynb", root), file);
    const result = await runNotebook(file, { out: join(folder, "out.ipynb") });
    assert.ok(result.ok, JSON.stringify(result.failed, null, 1));
    for (const cell of result.notebook.cells) if (cell.cell_type === "code") cells.set(cell["id"], cell as CodeCell);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("learns well from similar clients, poorly from dissimilar ones, and well with control variates", () => {
    const said = [...text("central").matchAll(/(central|alike|apart|mended) (\d\.\d{4})/g)];
    const scores = new Map(said.map(([, model, score]) => [model, Number(score)] as const).reverse());
    const of = (model: string): number => scores.get(model) ?? assert.fail(`${model} has no score`);
    assert.ok(of("central") > 0.7 && of("alike") > 0.62 && of("mended") > 0.62, [...scores].join("; "));
    assert.ok(of("apart") < of("alike") - 0.08 && of("apart") < of("mended") - 0.08, [...scores].join("; "));
  });
  it("reports the distance of label distributions and the resulting client drift", () => {
    const apart = (id: string): number => Number(/on average (\d+) % apart/.exec(text(id))?.[1]);
    assert.ok(apart("alike") < 10 && apart("apart") > 30, `${apart("alike")}, ${apart("apart")}`);
    const cosine = (id: string): number => Number(/round 1: .*cosine with the mean (\d\.\d+)/.exec(text(id))?.[1]);
    assert.ok(cosine("alike") > 0.25 && cosine("apart") < 0.15, `${cosine("alike")}, ${cosine("apart")}`);
  });
  it("plots where two clients converge, and sends updates under a fifteenth of the size", () => {
    assert.match(text("why"), /Where two shops come to rest/);
    const [, to, back] = /in all ([\d.]+) KiB to clients and ([\d.]+) KiB back/.exec(text("small")) ?? [];
    assert.ok(Number(to) > 15 * Number(back), `${to}, ${back}`);
  });
});

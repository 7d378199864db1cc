/**
 * The notebook about the price of privacy, run cell by cell as in a class: its statements hold. Six trainings of MiniLM
 * or its head, and five attacks, take three to ten minutes.
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

describe("privacy notebook", function () {
  this.timeout(2_400_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-privacy-"));
  const cells = new Map<unknown, CodeCell>();
  const text = (id: string): string => textOf(cells.get(id));
  before(async () => {
    cpSync(new URL("notebooks/data/", root), join(folder, "data"), { recursive: true });
    const file = join(folder, "privacy.ipynb");
    cpSync(new URL("notebooks/privacy.ipynb", root), file);
    const result = await runNotebook(file, { out: join(folder, "out.ipynb") });
    assert.ok(result.ok, JSON.stringify(result.failed, null, 1));
    for (const cell of result.notebook.cells) if (cell.cell_type === "code") cells.set(cell["id"], cell as CodeCell);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Reads a table of the notebook: accuracy and canary exposure by ε. */
  const prices = (): ReadonlyMap<string, { readonly accuracy: number; readonly exposure: number }> =>
    new Map(
      [...text("price").matchAll(/^(0\.1|0\.3|1|8|none) +(\d?\.?\d+) +(\d+\.?\d*) /gm)].map(
        ([, epsilon = "", accuracy, exposure]) =>
          [epsilon, { accuracy: Number(accuracy), exposure: Number(exposure) }] as const,
      ),
    );

  it("trains an accurate model without a privacy guarantee, which memorises its canaries", () => {
    assert.match(text("open"), /canaries\(unseen: 300\): the canaries are memorised/);
    assert.ok(prices().get("none")!.accuracy > 0.84, text("price"));
  });
  it("learns almost nothing with LoRA and a privacy guarantee", () => {
    assert.ok(Number(/hidden (\d\.\d{4})|accuracy +(\d\.\d{4})/.exec(text("private"))?.slice(1).join("")) < 0.7);
  });
  it("trains an accurate private head, also at epsilon 1, and a less accurate one at epsilon 0.1", () => {
    const of = (epsilon: string) => prices().get(epsilon) ?? assert.fail(`${epsilon}: ${text("price")}`);
    // The noise differs in each run: eight trainings by another program gave 0.846, 0.831, 0.769 and 0.624, with
    // deviations from 0.01 to 0.07.
    assert.ok(of("8").accuracy > 0.78 && of("1").accuracy > 0.74, text("price"));
    assert.ok(of("0.1").accuracy < of("8").accuracy - 0.02, text("price"));
    for (const epsilon of ["0.1", "0.3", "1", "8"]) assert.ok(of(epsilon).exposure < 3.5, text("price"));
    assert.ok(of("none").exposure > of("0.1").exposure + 0.5, text("price"));
  });
  it("reveals a client's words in an open update, but only the total in the sum of masked ones", () => {
    const said = text("leak");
    assert.match(said, /^ann's update +asthma, bad, film$/m);
    assert.equal(said.match(/masked +asthma, bad, film, good, kind, late, loan, refund$/gm)?.length, 3);
    assert.match(said, /^the sum of the masked ones +asthma, bad, film, good, kind, late, loan$/m);
  });
});

/**
 * The tutorial, run cell by cell as a reader runs it: each mistake gives the codes that its cell names, in their order,
 * everything else succeeds, and docs/tutorial.md has the same text with those outputs (TUNEBOOK_BLESS=1 writes it).
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runNotebook } from "#kernel/apps/jupyter/client/notebook.js";
import type { Cell, CodeCell, Notebook } from "#kernel/apps/jupyter/client/notebook-file.js";
import { type JsonRecord } from "#kernel/fetch/json.js";

const root = new URL("../../../../../..", import.meta.url);
const page = new URL("docs/tutorial.md", root);
const notebook = new URL("notebooks/tutorial.ipynb", root);

/** Saves time: the test runs one epoch with more updates, while the page shows the notebook's setting. */
const [epochs, fewer] = ["recipe quick { epochs: 3 }", "recipe quick { epochs: 1, batch_size: 8 }"];

function plainOf(output: CodeCell["outputs"][number]): string {
  const { output_type: type, traceback, text, data }: JsonRecord = output;
  if (type === "error")
    return [traceback]
      .flat()
      .join("\n")
      .replace(/\u001b\[[0-9;]*m/g, "");
  return [text ?? (isRecord(data) ? data["text/plain"] : "")].flat().join("");
}
/** Returns the compiler's messages for a cell as text; empty if there are none. */
function saidOf(cell: CodeCell): string {
  return cell.outputs
    .map(plainOf)
    .filter((text) => /^(?:error|warning)\[/.test(text))
    .join("\n\n");
}
function codesIn(said: string): string[] {
  return [...said.matchAll(/^(?:error|warning)\[([\w-]+)\]/gm)].map(([, code]) => code!);
}
function wantedOf(cell: CodeCell): readonly string[] {
  return (cell.metadata["tunebook"] as { readonly says?: readonly string[] } | undefined)?.says ?? [];
}

function pageOf(cells: readonly Cell[]): string {
  const parts = cells.flatMap((cell): string[] => {
    if (cell.cell_type !== "code") return [cell.source.trim()];
    const language = /^(?:const|await|\w+\.|\/\/)/.test(cell.source) ? "ts" : "tune";
    const said = saidOf(cell as CodeCell);
    const code = `\`\`\`${language}\n${cell.source.trim()}\n\`\`\``;
    return said === "" ? [code] : [code, `is answered with\n\n\`\`\`text\n${said.trim()}\n\`\`\``];
  });
  const [title = "", ...rest] = parts;
  const [heading = "", ...intro] = title.split("\n\n");
  const where = "This page is `notebooks/tutorial.ipynb` as text: open it with `npm run lab` and run it cell by cell.";
  return `<!-- made from notebooks/tutorial.ipynb by its test -->\n\n${[heading, where, ...intro, ...rest].join("\n\n")}\n`;
}

describe("tutorial notebook", function () {
  this.timeout(600_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-tutorial-"));
  let ran: Notebook;
  let cells: readonly CodeCell[];
  before(async () => {
    cpSync(new URL("notebooks/data/", root), join(folder, "data"), { recursive: true });
    const written = readFileSync(notebook, "utf8");
    assert.ok(written.includes(epochs));
    writeFileSync(join(folder, "tutorial.ipynb"), written.replace(epochs, fewer));
    const result = await runNotebook(join(folder, "tutorial.ipynb"), { out: join(folder, "out.ipynb") });
    assert.ok(result.ok, JSON.stringify(result.failed, null, 1));
    ran = result.notebook;
    cells = ran.cells.filter((cell): cell is CodeCell => cell.cell_type === "code");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("reports exactly the codes that its cells name", () => {
    for (const cell of cells) assert.deepEqual(codesIn(saidOf(cell)), wantedOf(cell), cell.source);
    const tagged = cells.filter((cell) =>
      (cell.metadata["tags"] as string[] | undefined)?.includes("raises-exception"),
    );
    for (const cell of cells)
      assert.equal(
        cell.outputs.some((o) => o.output_type === "error"),
        tagged.includes(cell),
        cell.source,
      );
  });
  it("ends with trained sentiment models and a folder with the merged model", () => {
    const text = cells.map((cell) => cell.outputs.map(plainOf).join("\n")).join("\n");
    // Accuracies of one model, of two side by side, of these with a user-defined metric, and after reopening. Each
    // score is followed by its interval.
    const lines = [...text.matchAll(/^accuracy\s.*$/gm)].map(([line]) => line);
    const scores = lines.flatMap((line) => [...line.matchAll(/ (0\.\d{4}) \(0/g)].map(([, score]) => Number(score)));
    assert.ok(scores.length === 7 && scores.every((score) => score > 0.7), scores.join(", "));
    for (const from of [3, 5]) assert.deepEqual(scores.slice(from, from + 2), scores.slice(1, 3));
    assert.match(text, /^missed_complaints\s+0\.\d+ \(0/m);
    assert.match(text, /label: 'negative'[\s\S]*label: 'positive'/);
    assert.ok(readFileSync(join(folder, "mood", "model.safetensors")).length > 8e7);
  });
  it("shows the allowed warning in the plan", () => {
    const plans = cells.flatMap((cell) => cell.outputs.map(plainOf)).filter((text) => text.startsWith("Plan of"));
    for (const plan of plans) assert.match(plan, /allowed\s+near-leak\s+\(because exclamations/);
  });
  it("matches the page docs/tutorial.md", () => {
    const now = pageOf(ran.cells.map((cell) => ({ ...cell, source: cell.source.replace(fewer, epochs) })));
    if (process.env["TUNEBOOK_BLESS"] === "1") writeFileSync(page, now);
    assert.equal(now, readFileSync(page, "utf8"));
  });
});

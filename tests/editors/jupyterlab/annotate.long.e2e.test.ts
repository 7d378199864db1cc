/**
 * Annotating in a real JupyterLab: keys decide, decisions are saved to the file, JupyterLab's own shortcuts stay
 * inactive, texts are not rendered as HTML, and a kernel restart is reported. TUNEBOOK_KEEP=1 keeps the folder and its
 * pictures.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { until } from "../../until.js";
import { JupyterLab, type Book } from "./jupyterlab.js";

const hostile = '<img src=x onerror="document.title=1">';
const long = Array.from({ length: 400 }, (_, i) => `word${String(i)}`).join(" ");
const towns = Array.from({ length: 30 }, (_, i) => `town ${String.fromCharCode(97 + (i % 26))}${String(i)}`);
const data = `data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, clean: drop_empty }
annotate tickets as checked { annotator: "ann" }`;
const places = `data places { source: jsonl("places.jsonl"), columns: { text: body, labels: towns }, labels: [${towns.map((town) => JSON.stringify(town)).join(", ")}] }
annotate places as placed { annotator: "ann" }`;
const cell = (source: string) => ({ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source });
const notebook = {
  cells: [data, "show checked", places].map(cell),
  metadata: { kernelspec: { name: "tunebook", display_name: "Tunebook", language: "typescript" } },
  nbformat: 4,
  nbformat_minor: 4,
};

describe("annotation in JupyterLab", function () {
  this.timeout(180_000);
  const files = mkdtempSync(join(tmpdir(), "tunebook-annotate-"));
  let server: JupyterLab;
  let book: Book;
  const complaints: string[] = [];
  before(async () => {
    const csv = `body,team\nrefund please,billing\n"${hostile.replaceAll('"', '""')}",tech\n${long},tech\ncharged twice,\n`;
    writeFileSync(join(files, "tickets.csv"), csv);
    const rows = ["north", "south"].map((body, i) => JSON.stringify({ body, towns: [towns[i]] }));
    writeFileSync(join(files, "places.jsonl"), rows.join("\n"));
    const given = ["tickets.csv", "places.jsonl"].map((name) => [name, join(files, name)] as const);
    server = await JupyterLab.start({ "desk.ipynb": { notebook }, ...Object.fromEntries(given) });
    book = await server.open("desk.ipynb");
    book.page.on("pageerror", (error) => complaints.push(String(error)));
    await book.kernelReady();
  });
  after(async () => {
    await server?.stop();
    rmSync(files, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await book?.picture("failed");
  });
  const desk = (n: number): Locator => book.cell(n).locator(".tunebook-annotate");
  const press = (...keys: readonly string[]) => keys.reduce((before, key) => before.then(() => book.page.keyboard.press(key)), Promise.resolve()); // prettier-ignore
  const said = (n: number, what: string) => desk(n).locator(".tunebook-annotate-count").getByText(what).waitFor();
  const shows = (n: number, text: string) => desk(n).locator(".tunebook-annotate-text").getByText(text).waitFor();
  const lines = (name: string): readonly Record<string, unknown>[] => {
    const file = join(server.folder, "books", name);
    const text = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
    return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it("takes decisions by keys, and writes each to the file", async () => {
    await book.run(0);
    await book.ran(0);
    await said(0, "0 of 4");
    await shows(0, "charged twice");
    await desk(0).locator(".tunebook-annotate-text").click();
    await press("1");
    await said(0, "1 of 4");
    assert.deepEqual(lines("tickets.annotations.jsonl").map(({ row, after }) => [row, after]), [[4, "billing"]]); // prettier-ignore
    await book.picture("first");
    // JupyterLab's shortcuts would delete the cell on `d` `d`, and insert one above it on `a`.
    await press("d", "a", "d");
    await said(0, "3 of 4");
    assert.equal(await book.page.locator(".jp-Notebook .jp-CodeCell").count(), 3);
    await press("u", "u");
    await said(0, "1 of 4");
    await press("Enter", "s");
    await said(0, "3 of 4");
    assert.deepEqual(
      lines("tickets.annotations.jsonl").map(({ does }) => does),
      ["label", "drop", "drop", "undo", "undo", "label", "skip"],
    );
  });

  it("shows texts as text, shows the help, and scrolls long texts", async () => {
    const places: Record<string, number> = {};
    await press("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft");
    for (let at = 0; at < 4; at++) {
      await desk(0).locator(".tunebook-annotate-about").getByText(`${String(at + 1)}. row`).waitFor(); // prettier-ignore
      places[String(await desk(0).locator(".tunebook-annotate-text").textContent())] = at;
      if (at < 3) await press("ArrowRight");
    }
    assert.deepEqual(Object.keys(places).sort(), [hostile, "charged twice", "refund please", long].sort());
    assert.equal(await desk(0).locator("img").count(), 0);
    const back = 3 - (places[long] ?? 0);
    await press(...Array<string>(back).fill("ArrowLeft"));
    const text = desk(0).locator(".tunebook-annotate-text");
    await press("ArrowDown");
    await until(() => text.evaluate((node) => (node as unknown as { scrollTop: number }).scrollTop > 0));
    await press("?");
    await desk(0).getByText("undo the last decision").waitFor();
    await book.picture("help");
    await press("?");
    assert.equal(await desk(0).getAttribute("role"), "group");
    assert.match(String(await desk(0).getAttribute("aria-label")), /Annotate tickets as ann/);
  });

  it("finds one of many labels by its first letters, and allows several labels", async () => {
    await book.run(2);
    await book.ran(2);
    await said(2, "0 of 2");
    await desk(2)
      .locator(".tunebook-annotate-text")
      .getByText(/north|south/)
      .click();
    await press("/");
    await book.page.keyboard.type("town c2");
    await book.picture("many");
    await press("Enter");
    await desk(2).locator('.tunebook-annotate-label[aria-pressed="true"]').getByText("town c2").waitFor();
    await press("Enter");
    await said(2, "1 of 2");
    const [first] = lines("places.annotations.jsonl");
    assert.deepEqual(first?.["after"], [first?.["row"] === 1 ? towns[0] : towns[1], "town c2"]);
  });

  it("reports a restarted kernel, offers to run the cell, and keeps all decisions", async () => {
    await book.run(1);
    await book.ran(1);
    await book.command("Restart Kernel");
    await book.page.locator(".jp-Dialog .jp-mod-accept").click();
    await book.cell(2).getByText("The kernel was restarted.").waitFor();
    await book.cell(2).getByText("Every decision is saved.").waitFor();
    await book.picture("restarted");
    await book.cell(2).locator("img").count(); // the rows are shown below as a table
    assert.ok((await book.cell(2).locator("table").count()) > 0);
    await book.cell(2).getByRole("button", { name: "Run this cell" }).click();
    await said(2, "1 of 2");
    assert.deepEqual(complaints, []);
  });
});

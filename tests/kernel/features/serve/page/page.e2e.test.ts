/** The page for trying a model by hand, in a browser. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium, type Browser, type Page } from "playwright-core";
import { Backwards, Filler, Finder, Letters, LongOrShort, Overlap, served, type Served } from "../http/word-models.js";

describe("web page of a server", () => {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-test-"));
  let browser: Browser;
  let http: Served;
  let complaints: string[] = [];
  const writer = new Backwards("writer");
  before(async function () {
    this.timeout(300_000);
    const { ensureBrowser, chromiumArguments } = await import("#tools/browser.mjs");
    browser = await chromium.launch({ executablePath: await ensureBrowser(), args: chromiumArguments });
    const keys = [createHash("sha256").update("sesame").digest("hex")];
    const models = [new LongOrShort("judge"), new Overlap("overlap"), new Letters("letters"), writer];
    http = await served([...models, new Finder("finder"), new Filler("filler")], { keys });
  });
  after(async () => {
    await browser.close();
    await http.stop(1000);
    if (process.env["TUNEBOOK_KEEP"]) console.log(`pictures: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => (complaints = []));
  afterEach(() => assert.deepEqual(complaints, []));

  async function open({ dark = false }: { readonly dark?: boolean } = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 800, height: 700 },
      colorScheme: dark ? "dark" : "light",
    });
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      // Responses with status 40x also appear on the browser's console and are expected.
      if (message.type() === "error" && !message.text().includes("40")) complaints.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(http.url) && !request.url().startsWith("data:")) complaints.push(request.url());
    });
    await page.goto(http.url);
    await page.getByLabel("Key").waitFor();
    return page;
  }
  async function enter(page: Page): Promise<void> {
    // Uses the keyboard only: the field has the focus.
    await page.keyboard.type("sesame");
    await page.keyboard.press("Enter");
    await page.getByLabel("Model").waitFor();
  }
  const answer = (page: Page): Promise<string> => page.locator("#answer").innerText();
  async function asks(page: Page, model: string, first: string, second?: string): Promise<void> {
    await page.getByLabel("Model").selectOption(model);
    await page.locator("#first").fill(first);
    if (second !== undefined) await page.locator("#second").fill(second);
    await page.getByRole("button", { name: "Ask" }).click();
    await page.locator("#took", { hasText: "ms" }).waitFor();
  }

  it("requests the key, and reports a wrong one", async () => {
    const page = await open();
    assert.equal(await page.getByLabel("Model").isVisible(), false);
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "the API key is not valid" }).waitFor();
    await page.getByLabel("Key").fill("");
    await enter(page);
    assert.deepEqual(await page.getByLabel("Model").locator("option").allInnerTexts(), [
      ...["judge", "overlap", "letters", "writer", "finder", "filler"],
    ]);
    await page.context().close();
  });

  it("supports each type of model, and shows its prediction", async () => {
    const page = await open();
    await enter(page);
    await asks(page, "judge", "one two three four");
    assert.match(await answer(page), /^long\s+0\.7311\s+short\s+0\.2689$/);
    await page.screenshot({ path: join(folder, "labels.png") });
    await asks(page, "overlap", "a b", "b c");
    assert.match(await answer(page), /LABEL_0\s+1\.0000/);
    await asks(page, "letters", "a", "a a\nb");
    assert.match(await answer(page), /^a a\s+1\.0000\s+b\s+0\.0000$/);
    await asks(page, "finder", "who saw", "nobody saw it");
    assert.equal(await answer(page), "saw");
    await asks(page, "filler", "a [MASK] day");
    assert.match(await answer(page), /"sequence": "a good day"/);
    await page.getByRole("link", { name: "openapi.json" }).click();
    await page.locator("#answer", { hasText: '"openapi": "3.1.0"' }).waitFor();
    await page.getByLabel("Model").selectOption("judge");
    await page.locator("#first").fill("w ".repeat(30));
    await page.keyboard.press("Control+Enter");
    await page.locator("#took", { hasText: "the text was cut" }).waitFor();
    await page.context().close();
  });

  it("shows generated text verbatim, never as HTML", async () => {
    const page = await open({ dark: true });
    await enter(page);
    await asks(page, "writer", `<b>bold</b> <img/src=x/onerror=alert(1)> one`);
    assert.equal(await answer(page), `one <img/src=x/onerror=alert(1)> <b>bold</b>`);
    assert.equal(await page.locator("#answer *").count(), 0);
    await page.screenshot({ path: join(folder, "dark.png") });
    writer.pace = 30;
    await page.locator("#first").fill("w ".repeat(190));
    await page.getByRole("button", { name: "Ask" }).click();
    await page.locator("#answer", { hasText: "w w" }).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Stop" }).waitFor({ state: "hidden" });
    writer.pace = 0;
    assert.ok((await answer(page)).length < 2 * 190 - 1);
    await page.context().close();
  });
});

/**
 * Editor features that need a browser: the hover and the message of a squiggle. Each test has an editor in one shared
 * page.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { chromium, type Browser, type Page } from "playwright-core";
import type { Finding, FoundPage } from "#editors/codemirror/finding.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** Functions that the page's script provides to the tests. */
interface Desk {
  /** Opens an editor with the hover; the assistant returns the page that is later given to `answer`. */
  edit(text: string): void;
  readonly asked: [string, number][];
  answer(found: FoundPage | null): Promise<void>;
  type(text: string): void;
  disposed(): number;
  /** Opens an editor with the hover and a finding. */
  find(text: string, finding: Finding): void;
  mark(finding: Finding): void;
  /** Returns the message of a finding as rendered. */
  message(finding: Finding): string;
}
declare global {
  interface Window {
    readonly desk: Desk;
  }
}

const script = `
import { forceLinting, linter, setDiagnostics } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";
import { tuneHover } from "./dist/editors/codemirror/hover.js";
import { squiggle } from "./dist/editors/codemirror/squiggle.js";

let view, answer, disposed;
const desk = {
  asked: [],
  edit: (text) => desk.open(text, []),
  find(text, finding) {
    desk.open(text, [linter(() => [squiggle(finding, text.length)])]);
    forceLinting(view);
  },
  mark: (finding) => view.dispatch(setDiagnostics(view.state, [squiggle(finding, 100)])),
  open(text, extensions) {
    view?.destroy();
    document.body.replaceChildren();
    disposed = 0;
    desk.asked.length = 0;
    const ask = (code, offset) => {
      desk.asked.push([code, offset]);
      return new Promise((resolve) => (answer = resolve));
    };
    const render = (markdown) => {
      const node = document.createElement("p");
      node.textContent = markdown;
      return { node, dispose: () => disposed++ };
    };
    view = new EditorView({ doc: text, parent: document.body, extensions: [tuneHover({ ask, render }), extensions] });
  },
  async answer(found) {
    answer(found);
    await new Promise((done) => setTimeout(done));
  },
  type: (text) => view.dispatch({ changes: { from: 0, insert: text } }),
  disposed: () => disposed,
  message: (finding) => squiggle(finding, 100).renderMessage(view).outerHTML,
};
window.desk = desk;
`;

describe("hover and messages in CodeMirror", function () {
  this.timeout(60_000);
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    const { ensureBrowser, chromiumArguments } = (await import(
      pathToFileURL(join(root, "tools/browser.mjs")).href
    )) as { ensureBrowser(): Promise<string>; chromiumArguments: string[] };
    browser = await chromium.launch({ executablePath: await ensureBrowser(), args: chromiumArguments });
    page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    const { outputFiles } = await build({
      stdin: { contents: script, resolveDir: root },
      ...{ bundle: true, write: false, format: "iife", platform: "browser", target: "es2023" },
    });
    await page.setContent("<!doctype html><body></body>");
    await page.addScriptTag({ content: outputFiles[0]?.text ?? "" });
  });
  after(() => browser?.close());
  afterEach(() => assert.deepEqual(complaints.splice(0), []));

  /** Rests the mouse on a word until the assistant receives a request about it. */
  async function restOn(text: string, word: string): Promise<void> {
    await page.evaluate((text) => window.desk.edit(text), text);
    await pointAt(word);
    await page.waitForFunction(() => window.desk.asked.length > 0);
  }
  async function pointAt(word: string): Promise<void> {
    const box = await page.evaluate((word) => {
      const walker = document.createTreeWalker(document.querySelector(".cm-line") ?? document, NodeFilter.SHOW_TEXT);
      let line = walker.nextNode();
      while (line && !line.textContent?.includes(word)) line = walker.nextNode();
      if (!line) throw new Error("there is no such word");
      const range = document.createRange();
      const at = line.textContent?.indexOf(word) ?? 0;
      range.setStart(line, at);
      range.setEnd(line, at + word.length);
      const { left, right, top, bottom } = range.getBoundingClientRect();
      return { x: (left + right) / 2, y: (top + bottom) / 2 };
    }, word);
    await page.mouse.move(0, 300);
    await page.mouse.move(box.x, box.y);
  }
  const answer = (found: FoundPage | null): Promise<void> => page.evaluate((f) => window.desk.answer(f), found);
  const shown = (): Promise<readonly string[]> => page.locator(".tunebook-hover").allTextContents();

  it("show the page of the word under the mouse, and hide it afterwards", async () => {
    await restOn("model tagger = lora", "lora");
    const [[code, offset] = []] = await page.evaluate(() => window.desk.asked);
    assert.equal(code, "model tagger = lora");
    assert.ok(offset !== undefined && offset >= 15 && offset <= 19, `asked about ${offset}`);
    await answer({ markdown: "**lora** <b>" });
    await page.locator(".tunebook-hover").waitFor();
    assert.deepEqual(await shown(), ["**lora** <b>"]);
    await page.mouse.move(0, 300);
    await page.locator(".tunebook-hover").waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => window.desk.disposed()), 1);
  });

  it("show only the error of a word that has a page, and the page of other words", async () => {
    const text = "model tagger = lora";
    const finding = { from: 15, to: 19, severity: "error", message: `lora ${"is no task here ".repeat(12)}` };
    await page.evaluate(([text, finding]) => window.desk.find(text, finding), [text, finding] as const);
    await page.locator(".cm-lintRange-error").waitFor();
    await pointAt("lora");
    const message = page.locator(".cm-tooltip-lint");
    await message.waitFor();
    await page.waitForTimeout(600); // the page would appear after 400 ms
    assert.equal(await page.evaluate(() => window.desk.asked.length), 0);
    assert.deepEqual(await shown(), []);
    const box = await page.locator(".cm-tooltip-hover").boundingBox();
    assert.ok(box && box.width <= 360 && box.height > 40, JSON.stringify(box));
    await pointAt("tagger");
    await page.waitForFunction(() => window.desk.asked.length > 0);
    await answer({ markdown: "a name ".repeat(50) });
    await page.locator(".tunebook-hover").waitFor();
    const width = (await page.locator(".cm-tooltip-hover").boundingBox())?.width ?? 0;
    assert.ok(width > 100 && width <= 360, String(width));
    await page.mouse.move(0, 300);
  });

  it("hide a page if an error was found in its word in the meantime", async () => {
    await restOn("model tagger = lora", "lora");
    await page.evaluate(() => {
      window.desk.mark({ from: 15, to: 19, severity: "error", message: "wrong" });
      return window.desk.answer({ markdown: "too late" });
    });
    assert.deepEqual(await shown(), []);
    await page.mouse.move(0, 300);
  });

  it("show nothing if nothing is known", async () => {
    await restOn("model tagger = lora", "tagger");
    await answer(null);
    assert.deepEqual(await shown(), []);
  });

  it("show nothing if the text has changed since the request", async () => {
    await restOn("model tagger = lora", "lora");
    // Answers at once: CodeMirror sends a new request 20 ms after an edit.
    await page.evaluate(() => {
      window.desk.type("// ");
      return window.desk.answer({ markdown: "of another text" });
    });
    assert.deepEqual(await shown(), []);
  });

  it("show nothing if the mouse has left in the meantime", async () => {
    await restOn("model tagger = lora", "lora");
    await page.mouse.move(0, 300);
    await answer({ markdown: "too late" });
    assert.deepEqual(await shown(), []);
  });

  it("send no new request after an edit if the mouse has left", async () => {
    await restOn("model tagger = lora", "lora");
    await page.mouse.move(0, 300);
    await page.evaluate(() => {
      window.desk.type("// ");
      return window.desk.answer(null);
    });
    await page.waitForTimeout(200);
    assert.equal(await page.evaluate(() => window.desk.asked.length), 1);
  });

  it("render a message as text, with its code parts and its help below", async () => {
    const message = (finding: Partial<Finding>): Promise<string> =>
      page.evaluate((f) => window.desk.message(f), {
        ...{ from: 0, to: 1, severity: "error", message: "`a<b` is no key" },
        ...finding,
      });
    assert.equal(
      await message({}),
      '<span><div class="tunebook-message"><span></span><code>a&lt;b</code><span> is no key</span></div></span>',
    );
    const help =
      '<div class="tunebook-help" style="opacity: 0.8;"><span>write </span><code>ab</code><span></span></div>';
    assert.ok((await message({ help: "write `ab`" })).endsWith(`${help}</span>`));
  });

  it("omit the help if the button has the same text", async () => {
    const fix = { title: "write `ab`", edits: [] };
    const drawn = await page.evaluate((f) => window.desk.message(f), {
      ...{ from: 0, to: 1, severity: "error", message: "no key", help: "write `ab`" },
      fix,
    });
    assert.ok(!drawn.includes("tunebook-help"), drawn);
  });
});

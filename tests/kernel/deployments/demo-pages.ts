/**
 * Demo pages in Chromium, opened as files or from a server with isolation headers; every network request is recorded.
 */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { chromiumArguments, ensureBrowser } from "#tools/browser.mjs";

/** The runtime's startup code runs only once, so this flag stops V8 from compiling it again for speed. */
const COMPILED_ONCE = "--js-flags=--wasm-tiering-budget=400000000";

export class DemoPages {
  /** Requests other than for the page itself, errors, and console messages. */
  readonly complaints: string[] = [];
  private server: Server | undefined;
  /** The tab in which pages from disk are opened one after another. */
  private tab: Promise<Page> | undefined;
  private address = "";
  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<DemoPages> {
    const executablePath = await ensureBrowser();
    return new DemoPages(
      await chromium.launch({ executablePath, headless: true, args: [...chromiumArguments, COMPILED_ONCE] }),
    );
  }

  /**
   * Opens the file in place of the page before it. `served`: in another tab, over HTTP, with the headers that isolate a
   * page.
   */
  async open(file: string, o: { readonly served?: boolean } = {}): Promise<DemoPage> {
    this.address = o.served ? await this.serve(file) : pathToFileURL(file).href;
    const page = await (o.served ? this.opened() : (this.tab ??= this.opened()));
    await page.goto(this.address);
    return new DemoPage(page);
  }

  private async opened(): Promise<Page> {
    const page = await this.browser.newPage({ viewport: { width: 1100, height: 900 } });
    page.setDefaultNavigationTimeout(120_000);
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("dialog", (dialog) => {
      this.complaints.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("request", (request) => {
      const url = request.url();
      if (!/^(blob|data):/.test(url) && url !== this.address) this.complaints.push(`asked for ${url}`);
    });
    return page;
  }

  private async serve(file: string): Promise<string> {
    this.server?.close();
    const server = createServer((request, response) => {
      if (request.url !== "/") return void response.writeHead(204).end();
      response.writeHead(200, {
        "content-type": "text/html; charset=utf-8",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
      });
      response.end(readFileSync(file));
    });
    this.server = server;
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  }

  async close(): Promise<void> {
    this.server?.close();
    await this.browser.close();
  }
}

export class DemoPage {
  constructor(readonly page: Page) {}

  ready(): Promise<void> {
    return this.page.locator("html[data-ready]").waitFor({ state: "attached", timeout: 60_000 });
  }

  /** Types and sends the text by keyboard, as a user does, and returns the text of the answer. */
  async ask(
    text: string,
    other?: string,
    labels: readonly [string, string] = ["First text", "Second text"],
  ): Promise<string> {
    await this.page.getByLabel(other === undefined ? "Text" : labels[0], { exact: true }).fill(text);
    if (other !== undefined) await this.page.getByLabel(labels[1], { exact: true }).fill(other);
    await this.page.evaluate("document.getElementById('answer').replaceChildren()");
    await this.page.keyboard.press("Control+Enter");
    return this.answer();
  }
  async answer(): Promise<string> {
    const answer = this.page.locator("#answer > *").first();
    await answer.waitFor({ timeout: 30_000 });
    return this.page.locator("#answer").innerText();
  }
  /** Drops a file where the page expects the model; null drops a text. */
  async drop(file: string | null): Promise<void> {
    const given = file && { name: basename(file), data: readFileSync(file).toString("base64") };
    await this.page.evaluate(`{
      const one = ${JSON.stringify(given)};
      const transfer = new DataTransfer();
      if (!one) transfer.setData("text/plain", "some text");
      else transfer.items.add(new File([Uint8Array.from(atob(one.data), (c) => c.charCodeAt(0))], one.name));
      document.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }`);
  }
  /** Returns the displayed percentages by label. */
  async shares(): Promise<Readonly<Record<string, number>>> {
    const rows = await this.page.locator("#answer .bars .head").allInnerTexts();
    return Object.fromEntries(
      rows.map((row) => {
        const [, label = "", share = ""] = /^([^]*?)(?: ✓)?\s+(?:[<>] )?([\d.]+) %$/.exec(row) ?? [];
        return [label.trim(), Number(share)];
      }),
    );
  }
  /** Returns the predicted label. */
  said(): Promise<string> {
    return this.page.locator("#answer .said").innerText();
  }
  examples(): Promise<readonly string[]> {
    return this.page.locator("#list button").allInnerTexts();
  }
}

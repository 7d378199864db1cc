/**
 * The built page in its own Chromium, opened as a file or from the address that serves it. Records its errors and
 * warnings, and all its network requests.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium, type Browser, type Locator, type Page } from "playwright-core";

export const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface Built {
  readonly file: string;
  readonly bytes: number;
  readonly gzip: number;
  readonly inputs: { readonly worker: readonly string[]; readonly app: readonly string[] };
}
export async function built(): Promise<Built> {
  const { buildPage } = (await import(pathToFileURL(join(root, "page/build.mjs")).href)) as {
    buildPage(o: { onProgress: (line: string) => void }): Promise<Built>;
  };
  return buildPage({ onProgress: (line) => console.log(line) });
}

interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  readonly hash?: string;
}

export class Pages {
  readonly complaints: string[] = [];
  private shots = 0;
  private constructor(
    private readonly browser: Browser,
    private readonly address: string,
    readonly folder: string,
  ) {}

  /** `args`: arguments for Chromium in addition to those of every test. */
  static async of(
    file: string,
    o: { readonly address?: string; readonly args?: readonly string[] } = {},
  ): Promise<Pages> {
    const { ensureBrowser, chromiumArguments } = (await import(
      pathToFileURL(join(root, "tools/browser.mjs")).href
    )) as { ensureBrowser(): Promise<string>; chromiumArguments: string[] };
    const executablePath = await ensureBrowser();
    const browser = await chromium.launch({
      executablePath,
      headless: true,
      args: [...chromiumArguments, ...(o.args ?? [])],
    });
    return new Pages(browser, o.address ?? pathToFileURL(file).href, mkdtempSync(join(tmpdir(), "tunebook-page-")));
  }

  async open({ width = 1400, height = 1000, dark = false, hash = "" }: Look = {}): Promise<Playground> {
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
    });
    // Other processes may use the processor, so the time limit is long.
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("request", (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(this.address))
        this.complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(this.address + hash);
    const playground = new Playground(page, (what) => join(this.folder, `${++this.shots}-${what}.png`));
    await playground.checked();
    return playground;
  }

  async close(): Promise<void> {
    await this.browser.close();
    if (process.env["TUNEBOOK_KEEP"]) console.log(`pictures: ${this.folder}`);
    else rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Playground {
  constructor(
    readonly page: Page,
    private readonly pathOf: (what: string) => string,
  ) {}

  /** Returns the milliseconds from the opening of the page to the end of the latest check. */
  async checked(): Promise<number> {
    const root = this.page.locator("html[data-checked]");
    await root.waitFor({ timeout: 60_000, state: "attached" });
    return Number(await root.getAttribute("data-checked"));
  }
  async write(code: string): Promise<void> {
    await this.page.locator(".cm-content").click();
    await this.page.keyboard.press("Control+a");
    await this.page.keyboard.insertText(code);
  }
  async text(): Promise<string> {
    return (await this.page.locator(".cm-line").allInnerTexts()).map((line) => line.replace(/\n$/, "")).join("\n");
  }
  verdict(text: string | RegExp): Promise<void> {
    return this.page.locator(":root[data-checked] #verdict", { hasText: text }).waitFor({ timeout: 20_000 });
  }
  /** Delays all checks, as if each took long, until the returned function is called. */
  async holdChecks(): Promise<() => Promise<void>> {
    const held = await this.page.evaluateHandle(() => {
      const [post, waiting] = [Worker.prototype.postMessage, [] as (() => void)[]];
      Worker.prototype.postMessage = function (this: Worker, message: { method?: string }) {
        if (message.method === "check") waiting.push(() => post.call(this, message));
        else post.call(this, message);
      };
      return () => {
        Worker.prototype.postMessage = post;
        for (const one of waiting) one();
      };
    });
    return () => held.evaluate((release) => release());
  }
  tab(name: string): Locator {
    return this.page.getByRole("tab", { name, exact: true });
  }
  /** Returns the panel's text once it contains `text`. */
  async shows(text: string | RegExp): Promise<string> {
    const panel = this.page.locator("#view:not(.old)").filter({ hasText: text });
    await panel.waitFor({ timeout: 20_000 });
    return panel.innerText();
  }
  /** Drops files on the page, as a file manager does. `kept`: files that the page must list afterwards. */
  async drop(files: Readonly<Record<string, string>>, kept = Object.keys(files)): Promise<void> {
    const transfer = await this.page.evaluateHandle((given) => {
      const transfer = new DataTransfer();
      for (const [name, text] of Object.entries(given)) transfer.items.add(new File([text], name));
      return transfer;
    }, files);
    await this.page.dispatchEvent("body", "drop", { dataTransfer: transfer });
    for (const name of kept)
      await this.page.locator("#files code", { hasText: name }).first().waitFor({ timeout: 10_000 });
  }
  /** Locates a word of the program, to point at. */
  word(text: string): Locator {
    return this.page.locator(".cm-line span", { hasText: new RegExp(`^${text}$`) }).first();
  }
  async picture(what: string): Promise<void> {
    if (process.env["TUNEBOOK_KEEP"]) await this.page.screenshot({ path: this.pathOf(what) });
  }
}

/**
 * A real JupyterLab or Notebook 7 for one test: private folders, our kernel and extension installed, a free port, a
 * token. TUNEBOOK_JUPYTER=/path/to/python uses another Jupyter than the tests' own.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Locator, type Page } from "playwright-core";
import { Channel } from "#kernel/apps/jupyter/client/channel.js";
import { zmqAddressOfPort, type ConnectionInfo } from "#kernel/apps/jupyter/client/connection.js";
import { newHeader, type Message } from "#kernel/apps/jupyter/client/messages.js";

export const root = fileURLToPath(new URL("../../../..", import.meta.url));

type App = "lab" | "notebook";
interface Tools {
  ensurePythonEnv(group: string): Promise<{ readonly python: string }>;
  ensureBrowser(): Promise<string>;
  readonly chromiumArguments: string[];
}
export async function tools(): Promise<Tools> {
  const [python, browser] = await Promise.all(
    ["python-env", "browser"].map((name) => import(new URL(`../../../../tools/${name}.mjs`, import.meta.url).href)),
  );
  return { ...python, ...browser } as Tools;
}

export class JupyterLab {
  private constructor(
    readonly folder: string,
    readonly url: string,
    private readonly token: string,
    private readonly server: ChildProcess,
    private readonly browser: Browser,
    private readonly said: () => string,
    readonly app: App,
  ) {}

  /** `files`: content of the notebook folder, by name: a path to copy, or a notebook to write. */
  static async start(
    files: Readonly<Record<string, string | { readonly notebook: unknown }>>,
    app: App = "lab",
  ): Promise<JupyterLab> {
    const { ensurePythonEnv, ensureBrowser, chromiumArguments } = await tools();
    const other = process.env["TUNEBOOK_JUPYTER"];
    const [{ python }, executablePath] = await Promise.all([
      other === undefined ? ensurePythonEnv("jupyter") : { python: other },
      ensureBrowser(),
    ]);
    const folder = mkdtempSync(join(tmpdir(), "tunebook-lab-"));
    const books = join(folder, "books");
    mkdirSync(books);
    for (const [name, what] of Object.entries(files)) {
      mkdirSync(dirname(join(books, name)), { recursive: true });
      if (typeof what === "string") cpSync(what, join(books, name), { recursive: true });
      else writeFileSync(join(books, name), JSON.stringify(what.notebook));
    }
    const env = { ...process.env, ...privateFolders(folder) };
    quiet(join(folder, "settings"));
    const install = spawnSync(
      process.execPath,
      [join(root, "dist/kernel/apps/cli/main.js"), "kernel", "install", "--user"],
      { env, encoding: "utf8" },
    );
    if (install.status !== 0) throw new Error(`kernel install failed: ${install.stderr}`);
    const token = randomBytes(16).toString("hex");
    const args = [
      "-m",
      app === "lab" ? "jupyterlab" : "notebook",
      "--no-browser",
      "--allow-root",
      "--ServerApp.ip=127.0.0.1",
      "--ServerApp.port=0",
      `--ServerApp.root_dir=${books}`,
      `--IdentityProvider.token=${token}`,
    ];
    const server = spawn(python, args, { env, cwd: books, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [server.stdout, server.stderr])
      stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    try {
      const url = await address(join(folder, "runtime"), server, () => said);
      const browser = await chromium.launch({ executablePath, headless: true, args: chromiumArguments });
      return new JupyterLab(folder, url, token, server, browser, () => said, app);
    } catch (error) {
      server.kill();
      throw error;
    }
  }

  async open(notebook: string, { dark = false } = {}): Promise<Book> {
    if (dark) {
      const theme = join(this.folder, "settings/@jupyterlab/apputils-extension");
      writeFileSync(join(theme, "themes.jupyterlab-settings"), JSON.stringify({ theme: "JupyterLab Dark" }));
    }
    const page = await this.browser.newPage({ viewport: { width: 1280, height: 1000 } });
    const path = this.app === "lab" ? `lab/tree/${notebook}?reset&` : `notebooks/${notebook}?`;
    await page.goto(`${this.url}${path}token=${this.token}`);
    await page.waitForSelector(".jp-Notebook .jp-CodeCell .cm-content", { timeout: 60_000 });
    if (dark) await page.waitForSelector('body[data-jp-theme-light="false"]', { state: "attached", timeout: 60_000 });
    return new Book(page, join(this.folder, `${notebook.replace(/\W/g, "-")}${dark ? "-dark" : ""}`), this.app);
  }
  /** Returns the number of our open comms per kernel. */
  async comms(): Promise<readonly number[]> {
    const files = readdirSync(join(this.folder, "runtime")).filter((name) => /^kernel-.*\.json$/.test(name));
    return Promise.all(files.map((file) => openComms(join(this.folder, "runtime", file))));
  }

  /** Returns the main-area layout that the server saved for the next page load; empty if none was saved yet. */
  kept(): string {
    const folder = join(this.folder, "workspaces");
    const [file] = existsSync(folder) ? readdirSync(folder) : [];
    const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8");
    return /"main":\{"dock":.*?"current"/.exec(text)?.[0] ?? "";
  }

  /** The server's output, for the message of a failing test. */
  get log(): string {
    return this.said();
  }

  async stop(): Promise<void> {
    await this.browser.close();
    const ended = new Promise((done) => this.server.once("close", done));
    this.server.kill("SIGINT"); // the first requests confirmation, the second ends it
    this.server.kill("SIGTERM");
    await Promise.race([ended, sleep(10_000)]);
    if (this.server.exitCode === null) this.server.kill("SIGKILL");
    if (!process.env["TUNEBOOK_KEEP"]) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** An open notebook. */
export class Book {
  private shots = 0;
  constructor(
    readonly page: Page,
    private readonly name: string,
    private readonly app: App,
  ) {}

  cell(n: number): Locator {
    return this.page.locator(".jp-Notebook .jp-CodeCell").nth(n);
  }

  /** Waits for the kernel: until it is ready, running a cell would open the kernel chooser. */
  async kernelReady(): Promise<void> {
    if (this.app === "notebook") {
      await this.page
        .locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        .first()
        .waitFor({ timeout: 60_000 });
      return;
    }
    await this.page
      .locator("#jp-main-statusbar")
      .getByText(/^Tunebook.* \| Idle$/)
      .waitFor({ timeout: 60_000 });
  }

  async run(n: number): Promise<void> {
    await this.enter(n);
    await this.page.keyboard.press("Control+Enter");
  }

  private async enter(n: number): Promise<void> {
    await this.mouseAside();
    await this.cell(n).locator(".cm-content").click();
  }

  /** Moves the mouse away from words and waits until tooltips have closed, as a tooltip may cover a cell. */
  async mouseAside(): Promise<void> {
    // A tooltip requested earlier may appear after the mouse has left; the next move closes it too.
    const open = this.page.locator(".cm-tooltip-hover");
    for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50)) {
      await this.page.mouse.move(5, 5);
      await this.page.mouse.move(7, 7);
      if ((await open.count()) === 0) return;
    }
    throw new Error("what the mouse had opened stays open");
  }

  async runAll(): Promise<void> {
    await this.page.getByRole("menuitem", { name: "Run", exact: true }).click();
    await this.page.getByText("Run All Cells", { exact: true }).click();
  }

  /** Runs a command by its name through the command palette. */
  async command(name: string): Promise<void> {
    await this.page.keyboard.press("Control+Shift+C");
    const input = this.page.locator(".lm-CommandPalette-input").last();
    await input.fill(name);
    await this.page.locator(".lm-CommandPalette-item.lm-mod-active").first().waitFor({ timeout: 10_000 });
    await this.page.keyboard.press("Enter");
  }

  async theme(name: "Light" | "Dark"): Promise<void> {
    await this.command(`Use Theme: JupyterLab ${name}`);
    const body = `body[data-jp-theme-light="${String(name === "Light")}"]`;
    await this.page.waitForSelector(body, { state: "attached", timeout: 60_000 });
  }

  /** Waits until a cell has its execution number and the kernel is idle. */
  async ran(n: number, timeout = 120_000): Promise<void> {
    const prompt = this.cell(n).locator(".jp-InputPrompt").first();
    for (const end = Date.now() + timeout; Date.now() < end; await sleep(50)) {
      if (/\[\d+\]/.test((await prompt.textContent()) ?? "")) return;
    }
    throw new Error(`cell ${n} did not end within ${timeout} ms`);
  }

  /** Replaces a cell's text. */
  async write(n: number, text: string): Promise<void> {
    await this.enter(n);
    await this.page.keyboard.press("Control+a");
    await this.page.keyboard.insertText(text);
  }

  /** Takes a screenshot for people to look at, if TUNEBOOK_KEEP is set. */
  async picture(what: string): Promise<void> {
    const path = `${this.name}-${++this.shots}-${what}.png`;
    if (process.env["TUNEBOOK_KEEP"]) await this.page.screenshot({ path });
  }
}

async function openComms(file: string): Promise<number> {
  const connection = JSON.parse(readFileSync(file, "utf8")) as ConnectionInfo;
  const session = randomUUID();
  const address = zmqAddressOfPort(connection, connection.control_port);
  let answer: (message: Message) => void = () => undefined;
  const answered = new Promise<Message>((resolve) => (answer = resolve));
  const channel = Channel.dealer(address, connection.key, session, (message) => answer(message));
  try {
    const header = newHeader("comm_info_request", session);
    await channel.send({ header, parent: {}, metadata: {}, content: {}, buffers: [] });
    const { content } = await answered;
    const comms = Object.values(content["comms"] as Readonly<Record<string, { readonly target_name: string }>>);
    return comms.filter((comm) => comm.target_name === "tunebook.assist").length;
  } finally {
    await channel.close();
  }
}

function privateFolders(folder: string): Readonly<Record<string, string>> {
  return {
    JUPYTER_CONFIG_DIR: join(folder, "config"),
    JUPYTER_DATA_DIR: join(folder, "data"),
    JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(folder, "settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(folder, "workspaces"),
    JUPYTER_PATH: "",
    JUPYTER_PLATFORM_DIRS: "0",
  };
}

/** Turns off the news question and the update check. */
function quiet(settings: string): void {
  const folder = join(settings, "@jupyterlab/apputils-extension");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "notification.jupyterlab-settings"),
    JSON.stringify({ fetchNews: "false", checkForUpdates: false }),
  );
}

async function address(runtime: string, server: ChildProcess, said: () => string): Promise<string> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) {
    if (server.exitCode !== null) throw new Error(`JupyterLab ended: ${said()}`);
    const file = existsSync(runtime)
      ? readdirSync(runtime).find((name) => /^jpserver-\d+\.json$/.test(name))
      : undefined;
    if (file === undefined) continue;
    const text = readFileSync(join(runtime, file), "utf8");
    if (text === "") continue; // the file is being written
    const { url, port } = JSON.parse(text) as { url: string; port: number };
    if (
      port > 0 &&
      (await fetch(`${url}api`).then(
        (r) => r.ok,
        () => false,
      ))
    )
      return url;
  }
  throw new Error(`JupyterLab did not start: ${said()}`);
}

/** transformers.js as users have it: programs run by Node in a separate folder, and a page in Chromium. */
import { execFile } from "node:child_process";
import { createReadStream, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium, type Browser, type Page } from "playwright-core";
import { chromiumArguments, ensureBrowser } from "#tools/browser.mjs";
import { ensureNodeEnv } from "#tools/node-env.mjs";

const run = promisify(execFile);

/** Runs a program in a folder that has transformers.js, and returns its output. */
export async function inNode(work: string, code: string): Promise<string> {
  const { folder } = await ensureNodeEnv("transformers");
  mkdirSync(work, { recursive: true });
  try {
    symlinkSync(join(folder, "node_modules"), join(work, "node_modules"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const file = join(work, "asks.mjs");
  writeFileSync(file, code);
  const { stdout } = await run(process.execPath, [file], { cwd: work, maxBuffer: 1e8 });
  return stdout;
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  mjs: "text/javascript",
  json: "application/json",
  wasm: "application/wasm",
};
const PAGE = `<!doctype html><script type="module">
import * as transformers from "/lib/@huggingface/transformers/dist/transformers.min.js";
const { env } = transformers;
env.allowRemoteModels = false;
env.allowLocalModels = true;
env.localModelPath = "/models/";
env.useBrowserCache = false;
env.backends.onnx.wasm.wasmPaths = "/lib/onnxruntime-web/dist/";
globalThis.transformers = transformers;
</script>`;

/** A page with transformers.js as `transformers`, and the models of a folder. */
export class ModelPage {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
    readonly page: Page,
  ) {}

  static async over(models: string): Promise<ModelPage> {
    const { folder } = await ensureNodeEnv("transformers");
    const server = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url ?? "/", "http://page").pathname);
      if (path === "/") return void response.setHeader("content-type", "text/html").end(PAGE);
      const file = path.startsWith("/lib/")
        ? join(folder, "node_modules", path.slice(5))
        : join(models, path.replace(/^\/models\//, ""));
      const size = statSync(file, { throwIfNoEntry: false })?.size;
      if (size === undefined) return void response.writeHead(404).end();
      const type = TYPES[file.split(".").at(-1) ?? ""] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "content-length": size });
      createReadStream(file).pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const browser = await chromium.launch({
      executablePath: await ensureBrowser(),
      args: [
        ...chromiumArguments.filter((argument) => argument !== "--disable-gpu"),
        ...["--enable-unsafe-webgpu", "--enable-unsafe-swiftshader", "--use-webgpu-adapter=swiftshader"],
      ],
    });
    const page = await browser.newPage();
    page.on("console", (message) => process.env["TUNEBOOK_KEEP"] && console.log(message.text()));
    await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
    await page.waitForFunction("globalThis.transformers !== undefined");
    return new ModelPage(server, browser, page);
  }

  /** Runs code in the page and returns its value. */
  asks<T>(code: string): Promise<T> {
    return this.page.evaluate(`(async () => { ${code} })()`) as Promise<T>;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

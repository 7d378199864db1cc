/**
 * Bundles a page program with its packages, runs it in Chromium with a folder's files, and returns the first line that
 * it prints.
 */
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { chromiumArguments, ensureBrowser } from "#tools/browser.mjs";
import { root } from "#tests/stdlib/models/golden.js";
import { fileURLToPath } from "node:url";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

export async function inChromium(
  code: string,
  o: {
    /** Folder of the files that the page requests by relative paths. */
    readonly folder: string;
    /** Folder of packages in addition to our own. */
    readonly packages: string;
    /** Folders to serve, by URL name. */
    readonly given: Readonly<Record<string, string>>;
  },
): Promise<string> {
  const own = join(fileURLToPath(root), "..", "node_modules");
  const bundled = await build({
    stdin: { contents: code, resolveDir: o.packages, loader: "js" },
    ...{ bundle: true, write: false, format: "esm", platform: "browser", nodePaths: [own] },
  });
  const script = bundled.outputFiles[0]!.text;
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? "/").slice(1));
    const [first = "", ...rest] = path.split("/");
    const file = o.given[first] === undefined ? join(o.folder, path) : join(o.given[first], ...rest);
    if (path === "" || path === "main.js") {
      const text = path === "" ? '<!doctype html><body><script type="module" src="main.js"></script>' : script;
      response.writeHead(200, { "content-type": TYPES[path === "" ? ".html" : ".js"] }).end(text);
    } else if (existsSync(file)) {
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
      createReadStream(file).pipe(response);
    } else response.writeHead(path === "favicon.ico" ? 204 : 404).end();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({
    executablePath: await ensureBrowser(),
    headless: true,
    args: [...chromiumArguments],
  });
  try {
    const page = await browser.newPage();
    const said = new Promise<string>((resolve, reject) => {
      page.on("pageerror", reject);
      page.on("console", (message) => {
        // Log messages of native libraries.
        if (/^(INFO|VERBOSE|WARNING):/.test(message.text())) return;
        if (message.type() === "log") resolve(message.text());
        else if (message.type() === "error") reject(new Error(message.text()));
      });
    });
    said.catch(() => undefined);
    await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
    return await said;
  } finally {
    await browser.close();
    server.close();
  }
}

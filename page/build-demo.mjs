// Builds the parts of every demo page: dist/page/demo.json, with its scripts, its style, its template and ONNX Runtime
// for browsers. `deploy … to page(…)` adds a model and needs no bundler. Build the modules first (`tsc -b`).
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const out = join(dist, "page/demo.json");
const require = createRequire(import.meta.url);

const packed = (bytes) => gzipSync(bytes, { level: 9 }).toString("base64");

/** Builds the file again if any of its inputs has changed. `built`: whether it did. */
export async function buildDemo() {
  const { build } = await import("esbuild");
  const inputs = [];
  const script = async (name, more = {}) => {
    const { outputFiles, metafile } = await build({
      absWorkingDir: root,
      platform: "browser",
      format: "iife",
      bundle: true,
      minify: true,
      metafile: true,
      write: false,
      target: "es2023",
      legalComments: "none",
      charset: "utf8",
      logLevel: "error",
      entryPoints: [join(dist, `page/demo/${name}.js`)],
      plugins: [leaveOut],
      ...more,
    });
    inputs.push(...Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs)));
    return outputFiles[0].text;
  };
  const runtime = runtimeFolder();
  const app = await script("app");
  // The runtime's threads run the script that starts them.
  const worker = await script("worker", { define: { "import.meta.url": "self.location.href" } });
  const [page, style] = await Promise.all(
    ["demo.html", "demo.css"].map((name) => readFile(join(root, "page/demo", name), "utf8")),
  );
  // Inserted scripts and styles must have no surrounding whitespace, since they run only if their checksum matches.
  const template = page.replace(/>\s*(%[A-Z]+%)\s*</g, ">$1<").replace("%TERMS%", escaped(await terms(inputs)));
  const wasm = await readFile(join(runtime, "dist/ort-wasm-simd-threaded.wasm"));
  const { version } = JSON.parse(await readFile(join(runtime, "package.json"), "utf8"));
  const of = createHash("sha256");
  for (const part of [template, style, app, worker, version, wasm]) of.update(part);
  const hash = of.digest("hex");
  if (existsSync(out) && JSON.parse(readFileSync(out, "utf8")).hash === hash) return { file: out, built: false };
  const demo = { hash, version, template, style, app, worker: packed(worker), runtime: packed(wasm) };
  await mkdir(join(dist, "page"), { recursive: true });
  // Renaming keeps the file complete for concurrent readers.
  await writeFile(`${out}.new`, JSON.stringify(demo));
  await rename(`${out}.new`, out);
  return { file: out, built: true };
}

/** The complete vocabulary is needed only to refuse the making of a model, which a page never does. */
const leaveOut = {
  name: "leave out",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]dist[\\/]stdlib[\\/]registry\.js$/ }, () => ({
      contents: "export const registry = { find: () => undefined, ofKind: () => [] };",
    }));
  },
};

const escaped = (text) => text.replace(/[&<>%]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Third-party code in every page, with its licences. */
async function terms(inputs) {
  const folders = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []));
  const texts = await Promise.all(
    [...folders].sort().map(async (folder) => {
      const { name, version, license, author } = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
      const file = (await readdir(join(root, folder))).find((one) => /^licen[cs]e/i.test(one));
      const own = file ? await readFile(join(root, folder, file), "utf8") : license === "MIT" ? mit : "";
      return `${name} ${version} (${license}${author ? `, ${author.name ?? author}` : ""})\n\n${own.trim()}`;
    }),
  );
  const ours = `Tunebook (Apache-2.0)\n\n${(await readFile(join(root, "LICENSE"), "utf8")).trim()}`;
  return [ours, ...texts].join(`\n\n${"-".repeat(40)}\n\n`);
}
/** ONNX Runtime's package for browsers contains no licence file; its licence is this one. */
const mit = `MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

/** The package does not export its package.json. */
function runtimeFolder() {
  const entry = require.resolve("onnxruntime-web/wasm");
  return entry.slice(0, entry.lastIndexOf("dist"));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { file, built } = await buildDemo();
  console.log(`${file}${built ? "" : " is up to date"}`);
}

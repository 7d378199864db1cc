// Builds the extension and packs it: `npm run vsix` (after `npm run build`). esbuild creates two programs, the client
// and a self-contained language server; yazl writes the archive. The usual packer, @vscode/vsce, would add 237 packages
// (including Azure's identity and a native key store) to write an archive with two lists in it. The same sources
// produce the same bytes.
import { createWriteStream } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, extname, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import yazl from "yazl";
import { contentTypes, vsixManifest } from "./manifest.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
/** Files of this folder that are copied unchanged into the extension; the bundles are added in `dist`. */
const parts = ["README.md", "CHANGELOG.md", "language-configuration.json", "icons", "syntaxes", "snippets"];
/** A fixed time for all entries: zip supports no year before 1980 and no time zone. */
const moment = new Date(1980, 0, 1);

/** Returns the path of the built `.vsix`. `into`: folder for it and its intermediate files. */
export async function buildVsix({ into = join(root, "dist", "vscode") } = {}) {
  const described = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const stage = join(into, "extension");
  await rm(stage, { recursive: true, force: true });
  await mkdir(stage, { recursive: true });
  for (const part of parts) await cp(join(here, part), join(stage, part), { recursive: true });
  await cp(join(root, "LICENSE"), join(stage, "LICENSE.txt"));
  await cp(join(root, "NOTICE"), join(stage, "NOTICE.txt"));
  const inputs = [...(await buildClient(stage)), ...(await buildServer(stage, version))];
  await buildPlugin(stage, described);
  await writeFile(join(stage, "THIRD-PARTY-LICENSES.txt"), await licences(inputs));
  // Removes fields that only the build needs.
  const manifest = { ...described, version };
  delete manifest.private;
  delete manifest.type;
  await writeFile(join(stage, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);

  const files = (await readdir(stage, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(stage, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
  const zip = new yazl.ZipFile();
  const add = (content, name) => zip.addBuffer(Buffer.from(content), name, { mtime: moment, mode: 0o100644 });
  add(vsixManifest(manifest), "extension.vsixmanifest");
  add(contentTypes(new Set(files.map((file) => extname(file)))), "[Content_Types].xml");
  for (const file of files) add(await readFile(join(stage, file)), `extension/${file}`);
  zip.end();
  const path = join(into, `${manifest.name}-${version}.vsix`);
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

const settings = {
  bundle: true,
  platform: "node",
  minify: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

async function buildClient(stage) {
  const { metafile } = await build({
    ...settings,
    entryPoints: [join(here, "src", "extension.ts")],
    outfile: join(stage, "dist", "extension.cjs"),
    format: "cjs",
    target: "node22",
    external: ["vscode"],
  });
  return Object.keys(metafile.inputs);
}

/** TypeScript's server searches for its plugins in the extension's `node_modules`. */
async function buildPlugin(stage, { contributes }) {
  const [{ name }] = contributes.typescriptServerPlugins;
  const { registry } = await import(pathToFileURL(join(root, "dist", "stdlib", "registry.js")).href);
  const verbs = registry.verbs().map((verb) => verb.name);
  const folder = join(stage, "node_modules", name);
  await build({
    ...settings,
    stdin: {
      contents: `module.exports = require("./typescript-plugin.js").pluginFor(${JSON.stringify(verbs)});`,
      resolveDir: join(root, "dist", "editors", "generate"),
    },
    outfile: join(folder, "index.js"),
    format: "cjs",
    target: "node22",
  });
  await writeFile(join(folder, "package.json"), `${JSON.stringify({ name, main: "./index.js" })}\n`);
}

/** Bundles the server compiled by `tsc -b`, in parts that are loaded on demand. */
async function buildServer(stage, version) {
  const { metafile } = await build({
    ...settings,
    entryPoints: { server: join(root, "dist", "editors", "language-server", "alone.js") },
    outdir: join(stage, "dist", "server"),
    outExtension: { ".js": ".mjs" },
    chunkNames: "parts/[name]-[hash]",
    format: "esm",
    splitting: true,
    target: "node22",
    // `jsonc-parser`: its default build loads its parts by its own `require`, which no bundler follows. `#chevrotain`:
    // bundles the package's own modules, so that the list of licences identifies it by its folder.
    alias: {
      "jsonc-parser": join(root, "node_modules", "jsonc-parser", "lib", "esm", "main.js"),
      "#chevrotain": "chevrotain",
    },
    // Native code of the base's tokenizer. Only plans need it, and this server makes none.
    external: ["@anush008/tokenizers"],
    banner: { js: 'import { createRequire } from "node:module";const require = createRequire(import.meta.url);' },
    plugins: [
      {
        // Code about plans looks up the engine to use, but never starts one.
        name: "no engine",
        setup: ({ onLoad }) => {
          const path = /[\\/]kernel[\\/]engines[\\/]\w+[\\/]backend\.js$/;
          onLoad({ filter: path }, () => ({ contents: 'throw new Error("this server runs no engine");' }));
        },
      },
      {
        name: "version",
        setup: ({ onLoad }) => {
          const path = /[\\/]kernel[\\/]session[\\/]version\.js$/;
          onLoad({ filter: path }, () => ({ contents: `export const version = ${JSON.stringify(version)};` }));
        },
      },
    ],
  });
  // The folder of the `tunebook setup sql` packages depends on their lock file, which the bundled part reads next to
  // itself.
  await cp(join(root, "tools", "node-env", "sql"), join(stage, "dist", "server", "parts", "node-env", "sql"), {
    recursive: true,
  });
  return Object.keys(metafile.inputs);
}

/** Returns names, versions and licences of the bundled packages. */
async function licences(inputs) {
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  const texts = await Promise.all(
    [...folders].sort().map(async (folder) => {
      const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
      const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(basename(one, extname(one))));
      const text = file === undefined ? "" : await readFile(join(folder, file), "utf8");
      return `${name} ${version} (${license})\n\n${text.replaceAll("\r\n", "\n").trim()}\n`;
    }),
  );
  return `Packages within this extension, and their licences.\n\n${texts.join(`\n${"-".repeat(78)}\n\n`)}`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.log(await buildVsix());

// Builds the JupyterLab extension into dist/lab/labextension, only when something it is made of changed. What it shares with
// the kernel and the page (the cell rule, the palette, the vocabulary, `editors/codemirror/`) is taken from what `tsc -b` built: build that first.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const dist = join(root, "dist");
const out = join(dist, "lab", "labextension");
const stamp = join(dist, "lab", "built.json");

/** Path of the built extension (package.json and static/). Rejects with the builder's own words when it fails. */
export async function buildLab({ onProgress = () => {} } = {}) {
  const files = await sources();
  const hash = createHash("sha256");
  for (const [name, text] of files) hash.update(`${name}\0${text}\0`);
  const made = hash.digest("hex");
  if ((await readJson(stamp))?.made === made && (await readJson(join(out, "package.json")))) return out;
  onProgress("building the JupyterLab extension");
  const stage = join(dist, "lab", `stage-${process.pid}`);
  try {
    await mkdir(join(stage, "src", "editor"), { recursive: true });
    for (const [name, text] of files) if (name !== "build.mjs") await writeFile(join(stage, name), text);
    await runBuilder(stage);
    const description = join(stage, "labextension", "package.json");
    await writeFile(description, JSON.stringify({ ...(await readJson(description)), made }, null, 2));
    await rm(out, { recursive: true, force: true });
    await rename(join(stage, "labextension"), out).catch(async (error) => {
      if ((await readJson(join(out, "package.json")))?.made !== made) throw error; // another process built the same first
    });
    await writeFile(stamp, JSON.stringify({ made }));
    return out;
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Everything the extension is made of, by its place in the folder that is built. */
async function sources() {
  const { registry } = await import(pathToFileURL(join(dist, "stdlib", "registry.js")).href);
  const { vocabularyOf } = await import(pathToFileURL(join(dist, "editors", "codemirror", "vocabulary.js")).href);
  const vocabulary = vocabularyOf(registry);
  const scripts = async (folder) => (await readdir(folder)).filter((name) => /\.(js|css)$/.test(name)).sort();
  const own = await scripts(join(here, "src"));
  const shared = (await scripts(join(dist, "editors", "codemirror"))).filter((name) => name !== "vocabulary.js");
  const text = (path) => readFile(path, "utf8").then((t) => t.replace(/^\/\/# sourceMappingURL=.*$/m, ""));
  return [
    ["build.mjs", await text(join(here, "build.mjs"))],
    ["package.json", await text(join(here, "extension.json"))],
    [
      "src/vocabulary.js",
      Object.entries(vocabulary)
        .map(([name, list]) => `export const ${name} = ${JSON.stringify(list)};\n`)
        .join(""),
    ],
    ["src/difference.js", await text(join(dist, "dsl", "assist", "difference.js"))],
    ["src/cell.js", await text(join(dist, "dsl", "syntax", "cell.js"))],
    ["src/colors.js", await text(join(dist, "kernel", "core", "display", "svg", "colors.js"))],
    ...(await Promise.all(
      shared.map(async (name) => [`src/editor/${name}`, await text(join(dist, "editors", "codemirror", name))]),
    )),
    ...(await Promise.all(own.map(async (name) => [`src/${name}`, await text(join(here, "src", name))]))),
  ];
}

function runBuilder(folder) {
  const modules = join(root, "node_modules");
  const builder = join(modules, "@jupyter", "builder", "lib", "build-labextension.js");
  const core = join(modules, "@jupyterlab", "core-meta", "core.package.json");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [builder, "--core-package-file", core, folder], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stdout.on("data", (chunk) => (said += chunk));
    child.stderr.on("data", (chunk) => (said += chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`the JupyterLab extension was not built:\n${said.trim()}`)),
    );
  });
}

async function readJson(path) {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(await buildLab({ onProgress: (line) => console.log(line) }));
}

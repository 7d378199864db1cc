// Builds the JupyterLab extension into dist/lab/labextension, only when one of its inputs changed. Its inputs are the
// compiled modules of src/ and the modules they import from other folders (the cell rule, the palette, the CodeMirror
// part). Run `tsc -b` first.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const dist = join(root, "dist");
const out = join(dist, "lab", "labextension");
const stamp = join(dist, "lab", "built.json");

/**
 * Returns the path of the built extension (package.json and static/). Rejects with the builder's output if it fails.
 */
export async function buildLab({ onProgress = () => {} } = {}) {
  const files = await sources();
  const hash = createHash("sha256");
  for (const [name, text] of files) hash.update(`${name}\0${text}\0`);
  const made = hash.digest("hex");
  if ((await readJson(stamp))?.made === made && (await readJson(join(out, "package.json")))) return out;
  onProgress("building the JupyterLab extension");
  const stage = join(dist, "lab", `stage-${process.pid}`);
  try {
    for (const [name, text] of files) {
      if (name === "build.mjs") continue;
      await mkdir(dirname(join(stage, name)), { recursive: true });
      await writeFile(join(stage, name), text);
    }
    await runBuilder(stage);
    const description = join(stage, "labextension", "package.json");
    await writeFile(description, JSON.stringify({ ...(await readJson(description)), made }, null, 2));
    await rm(out, { recursive: true, force: true });
    await rename(join(stage, "labextension"), out).catch(async (error) => {
      // another process finished the same build first
      if ((await readJson(join(out, "package.json")))?.made !== made) throw error;
    });
    await writeFile(stamp, JSON.stringify({ made }));
    return out;
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** JupyterLab's entry points: the plugin for cells, and the renderer of figures. */
const entries = ["index.js", "plotly.js"];
const imported = /\b(?:from|import)\s*\(?\s*"([^"]+)"/g;

/**
 * Returns all inputs by their path in the build folder: the extension's modules in `src`, others under their own
 * folders.
 */
async function sources() {
  const compiled = join(dist, "editors", "jupyterlab", "src");
  const { imports } = await readJson(join(root, "package.json"));
  const vocabulary = `export const vocabulary = ${JSON.stringify(await vocabularyNow())};\n`;
  const found = new Map([
    ["build.mjs", await readFile(join(here, "build.mjs"), "utf8")],
    ["package.json", await readFile(join(here, "extension.json"), "utf8")],
    ["src/vocabulary.js", vocabulary],
  ]);
  const pathOf = (name) =>
    name.startsWith("src/") ? join(name.endsWith(".css") ? here : dirname(compiled), name) : join(dist, name);
  const nameOf = (specifier, from) => {
    if (specifier.startsWith(".")) return join(dirname(from), specifier);
    const [room, ...path] = specifier.split("/");
    const target = imports[`${room}/*`];
    return typeof target === "string" ? relative(dist, join(root, target.replace("*", path.join("/")))) : undefined;
  };
  const take = async (name) => {
    if (found.has(name)) return;
    const text = (await readFile(pathOf(name), "utf8")).replace(/^\/\/# sourceMappingURL=.*$/m, "");
    found.set(name, text);
    if (!name.endsWith(".js")) return;
    const needed = new Map();
    for (const [, specifier] of text.matchAll(imported)) {
      const other = nameOf(specifier, name);
      if (other !== undefined) needed.set(specifier, other); // all others are libraries
    }
    for (const other of needed.values()) await take(other);
    const beside = (specifier) => {
      const path = relative(dirname(name), needed.get(specifier));
      return path.startsWith(".") ? path : `./${path}`;
    };
    found.set(
      name,
      text.replace(imported, (all, specifier) =>
        needed.has(specifier) ? all.replace(specifier, beside(specifier)) : all,
      ),
    );
  };
  for (const entry of entries) await take(`src/${entry}`);
  return [...found];
}

async function vocabularyNow() {
  const [{ registry }, { vocabularyOf }] = await Promise.all(
    ["stdlib/registry.js", "editors/vocabulary.js"].map((path) => import(pathToFileURL(join(dist, path)).href)),
  );
  return vocabularyOf(registry);
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

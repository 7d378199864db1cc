// Private Node environments: `ensureNodeEnv("transformers")` returns a folder with that group's packages.
// tools/node-env/<group>/package-lock.json pins them with their hashes. The folder is made once in TUNEBOOK_CACHE/node
// and reused by every later process. It is for packages that are too large for everybody's Tunebook: other runtimes in
// which tests open models. Invariants: a folder with the stamp file is complete; one without it was interrupted, and
// the next call starts it again; two processes never write to one folder at once; no package's own script runs. npm
// reads its own configuration as usual.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { npmProgram } from "./npm-program.mjs";
import { cacheFolder, lock, ToolError } from "./python-env.mjs";

const groups = fileURLToPath(new URL("./node-env/", import.meta.url));
const pinned = ["package.json", "package-lock.json"];
const stampFile = "tunebook-complete.json";

/** Returns where a group's packages are or would be, and whether they are complete. */
export function nodeEnv(group) {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  for (const name of pinned) hash.update(readFileSync(join(groups, group, name)));
  const folder = join(cacheFolder(), "node", `${group}-${hash.digest("hex").slice(0, 12)}`);
  return { folder, ready: existsSync(join(folder, stampFile)) };
}

/** Returns a folder with the group's packages in node_modules. Rejects with a ToolError: npm-missing, npm-failed. */
export async function ensureNodeEnv(group, { onProgress = () => {}, signal } = {}) {
  const { folder, ready } = nodeEnv(group);
  if (ready) return { folder };
  mkdirSync(join(folder, ".."), { recursive: true });
  const release = await lock(folder, () => onProgress(`waiting for another process that makes ${folder}`));
  try {
    if (nodeEnv(group).ready) return { folder };
    onProgress(`making a Node environment in ${folder}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const name of pinned) copyFileSync(join(groups, group, name), join(folder, name));
    const { code, lines } = await npm(folder, wayOf(group), onProgress, signal);
    if (code !== 0)
      throw new ToolError(
        "npm-failed",
        `npm could not install the packages of ${group}:\n${lines.slice(-8).join("\n")}`,
        "see that npm reaches a package registry (npm's own configuration is honoured), then run the same command again",
      );
    writeFileSync(join(folder, stampFile), JSON.stringify({ group, node: process.version }));
    return { folder };
  } finally {
    await release();
  }
}

/** Returns the path of an environment's module, by the name that a program in it would import. */
export function moduleIn(folder, name) {
  return createRequire(join(folder, "package.json")).resolve(name);
}

/**
 * Returns npm's command for a group. A group may leave out optional dependencies (`tunebook.omit` of its package.json:
 * GPU binaries of hundreds of MB). Its lock file doesn't list the unwanted packages, which `npm ci` would reject, so it
 * is installed with `npm install`.
 */
function wayOf(group) {
  const { tunebook } = JSON.parse(readFileSync(join(groups, group, "package.json"), "utf8"));
  const omit = tunebook?.omit ?? [];
  return omit.length === 0 ? ["ci"] : ["install", "--no-save", ...omit.map((kind) => `--omit=${kind}`)];
}

async function npm(folder, way, onLine, signal) {
  const program = await npmProgram().catch(() => null);
  if (program === null || !existsSync(program))
    throw new ToolError("npm-missing", "no npm was found", "install npm, which comes with Node");
  const usual = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error"];
  // ONNX Runtime's own script would download CUDA. Scripts are disabled; this variable skips the download for users who
  // allow scripts.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" };
  return new Promise((done) => {
    const child = spawn(process.execPath, [program, ...way, ...usual], {
      cwd: folder,
      env,
      signal,
      windowsHide: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const lines = [];
    const take = (line) => {
      lines.push(line);
      onLine(line.slice(0, 100));
    };
    const readers = [child.stdout, child.stderr].map((stream) => createInterface({ input: stream }).on("line", take));
    child.on("error", (error) => done({ code: 127, lines: [...lines, error.message] }));
    child.on("close", (code) => {
      for (const reader of readers) reader.close();
      done({ code: code ?? 1, lines });
    });
  });
}

// node tools/node-env.mjs GROUP: makes the environment and prints its folder.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { folder } = await ensureNodeEnv(process.argv[2] ?? "transformers", {
      onProgress: (line) => console.error(line),
    });
    console.log(folder);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    console.error(`error[${error.code}]: ${error.message}\nhelp: ${error.help}`);
    process.exitCode = 1;
  }
}

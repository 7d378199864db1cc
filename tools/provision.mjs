// Shared by `npm start` and `npm test`: the steps from a fresh clone to a Tunebook that runs. Each step first checks
// what exists, so a second run is quick and an interrupted one continues. Nothing in this file may need an installed
// package before step 1 is done.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { cleanDist } from "./clean-dist.mjs";
import { progressOn } from "./progress.mjs";
import { writeChanged } from "./write-changed.mjs";

export const root = join(fileURLToPath(new URL(".", import.meta.url)), "..");
export const cli = join(root, "dist/kernel/apps/cli/main.js");
const oldestNode = [20, 19];
export const base = "all-MiniLM-L6-v2";

/** A failed step that was already reported on the terminal. */
export class StepFailed extends Error {}

export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Prepares everything that training needs: packages, build, engine, base model. */
export async function provision() {
  await provisionBuild();
  await provisionModels();
}

export async function provisionBuild() {
  checkNode();
  await installPackages();
  await build();
}

export async function provisionModels() {
  await step("the engine", () => node([cli, "setup"]));
  await fetchBase();
}

export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  say(`error[node-too-old]: this is Node ${process.versions.node}; Tunebook needs ${oldestNode.join(".")} or newer`);
  say("help: install Node 20.19, 22 or 24");
  throw new StepFailed("node");
}

/** Runs `npm ci` if node_modules is missing, was left incomplete, or belongs to another package-lock.json. */
export async function installPackages() {
  const lock = join(root, "package-lock.json");
  const stamp = join(root, "node_modules", ".tunebook-lock");
  const inner = join(root, "node_modules", ".package-lock.json");
  const hash = createHash("sha256").update(readFileSync(lock)).digest("hex");
  const stamped = existsSync(stamp) ? readFileSync(stamp, "utf8") : null;
  const installedByHand = stamped === null && existsSync(inner) && statSync(inner).mtimeMs >= statSync(lock).mtimeMs;
  if (stamped === hash || installedByHand || (stamped !== null && newer(inner, stamp) && newer(inner, lock))) {
    if (stamped !== hash) writeFileSync(stamp, hash);
    return;
  }
  say("packages: npm ci");
  rmSync(stamp, { force: true });
  const quiet = process.stderr.isTTY ? [] : ["--no-progress", "--loglevel=error"];
  const usual = ["--include=dev", "--no-audit", "--no-fund", ...quiet];
  const status = await npm(["ci", ...usual]);
  if (status === 130) throw new StepFailed("packages");
  if (status !== 0) {
    say("packages: npm ci failed; trying npm install");
    if ((await npm(["install", "--no-save", ...usual])) !== 0) {
      say("error[packages-failed]: npm could not install the packages");
      say("help: see npm's lines above; the next run goes on where this one stopped");
      throw new StepFailed("packages");
    }
  }
  writeFileSync(stamp, hash);
}

function newer(file, than) {
  return existsSync(file) && existsSync(than) && statSync(file).mtimeMs >= statSync(than).mtimeMs;
}

/**
 * Compiles what changed, builds the parts of demo pages and the JupyterLab extension, and writes the editors' queries.
 */
export async function build() {
  for (const module of cleanDist()) say(`build: removed ${module}, whose source is gone`);
  await step("the vocabulary's manifest", () => node(["tools/manifest.mjs"]));
  say("build: compiling what changed");
  await step("the build", compile);
  bundleParser();
  chmodSync(cli, 0o755);
  // The extension's bundler is a separate process and takes longer, so it starts first.
  const lab = import("../editors/jupyterlab/build.mjs").then(({ buildLab }) =>
    buildLab({ onProgress: (line) => say(`build: ${typeof line === "string" ? line : line.label}`) }),
  );
  const demo = import("../page/build-demo.mjs").then(async ({ buildDemo }) => {
    if ((await buildDemo()).built) say("build: what demo pages are made of");
  });
  const queries = import("../dist/editors/generate/files.js").then(({ queryFiles }) => {
    if (writeChanged(queryFiles(), root) > 0) say("build: the tree-sitter queries of editors");
  });
  for (const ended of await Promise.allSettled([lab, demo, queries]))
    if (ended.status === "rejected") throw ended.reason;
}

/**
 * Compiles with TypeScript 7, a native program that takes a fifth of the time. A system without that program uses
 * TypeScript 5, which cells need anyway.
 */
function compile() {
  const native = join(root, "node_modules", "@typescript", `typescript-${process.platform}-${process.arch}`);
  return node([`node_modules/${existsSync(native) ? "typescript-native" : "typescript"}/bin/tsc`, "-b"]);
}

/**
 * Uses Chevrotain's single-file bundle from its package. Its modules import all 640 of lodash-es, which took a quarter
 * of a second in each process and thread that reads Tune. `#chevrotain` is this file in Node, and the package in other
 * environments.
 */
function bundleParser() {
  const brought = join(root, "node_modules", "chevrotain", "lib", "chevrotain.mjs");
  const at = join(root, "dist", "vendor", "chevrotain.js");
  const text = readFileSync(brought);
  if (existsSync(at) && readFileSync(at).equals(text)) return;
  mkdirSync(join(at, ".."), { recursive: true });
  writeFileSync(at, text);
}

/** Downloads the quickstart's base model to the cache and verifies it. */
export async function fetchBase() {
  const progress = progressOn();
  try {
    const { resolveBase } = await import(pathToFileURL(join(root, "dist/kernel/bases/resolve.js")).href);
    await resolveBase(base, { folder: root, onProgress: progress.show });
    progress.end();
  } catch (error) {
    progress.end();
    const { failCommand } = await import(pathToFileURL(join(root, "dist/kernel/apps/cli/fail.js")).href);
    failCommand(error);
    throw new StepFailed("base");
  }
}

async function step(what, work) {
  const status = await work();
  if (status === 0) return;
  say(`${what} failed (status ${status})`);
  throw new StepFailed(what);
}

/** Runs Node on a script of this tree with this terminal; resolves with the exit status. */
export function node(args, env = {}) {
  return run(process.execPath, args, env);
}

/** Runs npm: the one that called this process, if one did. */
export function npm(args) {
  const self = process.env.npm_execpath;
  if (self !== undefined && /npm-cli\.c?js$/.test(self)) return node([self, ...args]);
  return process.platform === "win32" ? run("npm.cmd", args, {}, true) : run("npm", args);
}

function run(command, args, env = {}, shell = false) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env }, shell });
    // The terminal sends Ctrl-C to the child too. The child exits cleanly, and this process with it.
    let interrupted = false;
    const wait = () => {
      interrupted = true;
    };
    process.on("SIGINT", wait);
    child.once("error", (error) => {
      process.off("SIGINT", wait);
      say(`${command}: ${error.message}`);
      done(127);
    });
    child.once("close", (status, signal) => {
      process.off("SIGINT", wait);
      done(interrupted || signal === "SIGINT" ? 130 : (status ?? 1));
    });
  });
}

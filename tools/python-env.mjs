// Private Python environments: `ensurePythonEnv("jupyter" | "lab" | "oracles")` returns a virtual environment with that
// group's requirements (tools/requirements-<group>.txt). It is made once in TUNEBOOK_CACHE/python and reused by every
// later process. Invariants: a folder with the stamp file is complete; one without it was interrupted, and the next
// call continues from there; two processes never write to one folder at once. pip reads its own configuration (index,
// proxies, constraints) as usual.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const tools = fileURLToPath(new URL(".", import.meta.url));
const windows = process.platform === "win32";
const oldest = [3, 10];
/** With -m and -c, Python imports from the working folder first, which may contain anybody's modules. */
const isolated = ["-I"];

/** A tool's failure, with a code and the way to fix it; printed like every coded error. */
export class ToolError extends Error {
  constructor(code, message, help) {
    super(message);
    this.name = "ToolError";
    this.code = code;
    this.help = help;
  }
}

/** Folder of all large files that Tunebook downloads or builds. */
export function cacheFolder() {
  const { TUNEBOOK_CACHE: own, XDG_CACHE_HOME: all } = process.env;
  // As in kernel/fetch/cache.ts: a relative or empty XDG_CACHE_HOME counts as unset.
  return own || join(all && isAbsolute(all) ? all : join(homedir(), ".cache"), "tunebook");
}

/** Returns the path of the interpreter (or another script) in an environment. */
export function scriptIn(folder, name) {
  return windows ? join(folder, "Scripts", `${name}.exe`) : join(folder, "bin", name);
}

/**
 * Returns a virtual environment with the group's requirements. `onProgress` receives short status lines. Rejects with a
 * ToolError: python-missing, python-too-old, venv-missing, venv-failed, pip-failed.
 */
export async function ensurePythonEnv(group, { onProgress = () => {}, signal } = {}) {
  const { base, requirements, wanted, folder, python, stamp, ready } = await placeOf(group);
  if (ready()) return { folder, python };

  mkdirSync(join(folder, ".."), { recursive: true });
  const release = await lock(folder, () => onProgress(`waiting for another process that makes ${folder}`));
  try {
    if (ready()) return { folder, python };
    onProgress(`making a Python ${base.version} environment in ${folder}`);
    await makeVenv(base, folder, python, signal);
    const { code, lines } = await run(
      python,
      [
        ...[...isolated, "-m", "pip", "install"],
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
        "-r",
        requirements,
      ],
      { onLine: (line) => onProgress(short(line)), signal },
    );
    if (code !== 0)
      throw new ToolError(
        "pip-failed",
        `pip could not install the Python packages of ${group}:\n${lines.slice(-8).join("\n")}`,
        "see that pip reaches a package index (pip's own configuration and PIP_INDEX_URL are honoured), then run the same command again: it goes on where it was",
      );
    writeFileSync(stamp, JSON.stringify({ group, python: base.version, requirements: wanted.split("\n") }));
    return { folder, python };
  } finally {
    await release();
  }
}

/** Returns the Python of a group's environment if that exists, else null. */
export async function pythonOf(group) {
  const { python, ready } = await placeOf(group);
  return ready() ? python : null;
}

async function placeOf(group) {
  const requirements = join(tools, `requirements-${group}.txt`);
  const text = readFileSync(requirements, "utf8");
  const base = await findPython();
  const wanted = text.replace(/^\s*#.*$/gm, "").trim();
  const hash = createHash("sha256").update(`${base.version}\n${wanted}`).digest("hex").slice(0, 12);
  const folder = join(cacheFolder(), "python", `${group}-${hash}`);
  const python = scriptIn(folder, "python");
  const stamp = join(folder, "tunebook-complete.json");
  const ready = () => existsSync(stamp) && existsSync(python);
  return { base, requirements, wanted, folder, python, stamp, ready };
}

async function makeVenv(base, folder, python, signal) {
  if (existsSync(python) && (await run(python, [...isolated, "-m", "pip", "--version"], { signal })).code === 0) return;
  rmSync(folder, { recursive: true, force: true });
  const { code, lines } = await run(base.command, [...base.args, ...isolated, "-m", "venv", folder], { signal });
  if (code === 0) return;
  rmSync(folder, { recursive: true, force: true });
  throw new ToolError(
    "venv-failed",
    `${base.command} -m venv failed:\n${lines.slice(-5).join("\n")}`,
    "install Python's venv module (Debian, Ubuntu: apt-get install python3-venv), or set TUNEBOOK_PYTHON to a Python that has it",
  );
}

/** Returns the first Python ≥ 3.10 that can make environments: TUNEBOOK_PYTHON, python3, python, py -3. */
export async function findPython() {
  const named = process.env.TUNEBOOK_PYTHON;
  const candidates = named ? [[named, []]] : [["python3", []], ["python", []], ...(windows ? [["py", ["-3"]]] : [])];
  const probe =
    "import sys, importlib.util as u; print('%d.%d' % sys.version_info[:2], bool(u.find_spec('venv') and u.find_spec('ensurepip')))";
  let rejected;
  for (const [command, args] of candidates) {
    const { code, lines } = await run(command, [...args, ...isolated, "-c", probe]);
    if (code !== 0) continue;
    const [version, venv] = (lines.at(-1) ?? "").split(" ");
    const [major, minor] = (version ?? "").split(".").map(Number);
    if (!(major > oldest[0] || (major === oldest[0] && minor >= oldest[1])))
      rejected ??= new ToolError(
        "python-too-old",
        `${command} is Python ${version}; ${oldest.join(".")} or newer is needed`,
        "install a newer Python, or set TUNEBOOK_PYTHON to one",
      );
    else if (venv !== "True")
      rejected ??= new ToolError(
        "venv-missing",
        `${command} (Python ${version}) has no venv module or no ensurepip`,
        "install it (Debian, Ubuntu: apt-get install python3-venv), or set TUNEBOOK_PYTHON to a Python that has both",
      );
    else return { command, args, version };
  }
  throw (
    rejected ??
    new ToolError(
      "python-missing",
      named ? `TUNEBOOK_PYTHON names ${named}, which does not run` : "no Python was found (python3, python)",
      "install Python 3.10 or newer with its venv module, or set TUNEBOOK_PYTHON to one; training itself needs no Python",
    )
  );
}

/** Runs a command to its end. A command that cannot be started counts as exit code 127. Keeps the last 200 lines. */
function run(command, args, { onLine = () => {}, signal } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], signal, windowsHide: true });
    const lines = [];
    const take = (line) => {
      lines.push(line);
      if (lines.length > 200) lines.shift();
      onLine(line);
    };
    const readers = [child.stdout, child.stderr].map((stream) => createInterface({ input: stream }).on("line", take));
    child.on("error", (error) => done({ code: 127, lines: [...lines, error.message] }));
    child.on("close", (code) => {
      for (const reader of readers) reader.close();
      done({ code: code ?? 1, lines });
    });
  });
}

/** Returns pip's line without addresses and with shortened folder names. */
function short(line) {
  return line
    .replace(/\s*\(from .*$/, "")
    .replace(/https?:\/\/\S+\//g, "")
    .slice(0, 100);
}

/** Locks `folder` for this process. The lock of a dead process expires after a minute. */
export async function lock(folder, onWait) {
  const { default: lockfile } = await import("proper-lockfile");
  let told = false;
  for (;;) {
    try {
      return await lockfile.lock(folder, { realpath: false, stale: 60_000, update: 5_000 });
    } catch (error) {
      if (error.code !== "ELOCKED") throw error;
      if (!told) onWait();
      told = true;
      await new Promise((next) => setTimeout(next, 1000));
    }
  }
}

// node tools/python-env.mjs GROUP: makes the environment and prints its Python.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { python } = await ensurePythonEnv(process.argv[2] ?? "jupyter", {
      onProgress: (line) => console.error(line),
    });
    console.log(python);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    console.error(`error[${error.code}]: ${error.message}\nhelp: ${error.help}`);
    process.exitCode = 1;
  }
}

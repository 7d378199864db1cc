/**
 * `npm run oracles`: generates the golden files again with PyTorch, transformers, PEFT, tokenizers, scikit-learn,
 * Optuna, Flower and Opacus in private environments, and compares them with the committed ones. `-- --bless` replaces
 * the committed files. `-- "tiny decoders" "initial weights"` runs only those parts of make.py, by their names.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { findPackagedBase, ensurePackageFolder } from "#kernel/bases/packages.js";
import { ensureNodeEnv } from "#tools/node-env.mjs";
import { ensurePythonEnv, ToolError } from "#tools/python-env.mjs";
import { differences } from "./compare.js";

/** Processors differ in how they round long sums. A library's greater differences are still reported. */
const tolerance = 2e-5;
const root = fileURLToPath(new URL("../../..", import.meta.url));
const kept = {
  golden: join(root, "tests/golden/oracle"),
  models: join(root, "tests/fixtures/models"),
  adapters: join(root, "tests/fixtures/adapters"),
};

async function main(bless: boolean, named: readonly string[]): Promise<boolean> {
  const { python } = await ensurePythonEnv("oracles", { onProgress: (line) => console.error(line) });
  const fresh = mkdtempSync(join(tmpdir(), "tunebook-oracles-"));
  try {
    const made = { golden: join(fresh, "golden"), models: join(fresh, "models"), adapters: join(fresh, "adapters") };
    const script = join(root, "tests/oracles/make.py");
    const smollm2 = findPackagedBase("SmolLM2-135M-Instruct")!;
    const gguf = join(await ensurePackageFolder(smollm2, {}), smollm2.gguf!);
    const data = join(root, "notebooks/data/sentiment.csv");
    process.env["TUNEBOOK_GGML"] = await ggmlLibrary();
    // Some oracles read what others write: small models and their adapters.
    if (named.length > 0)
      for (const room of ["models", "adapters"] as const) cpSync(kept[room], made[room], { recursive: true });
    const status = await run(python, [script, made.golden, made.models, data, gguf, ...named]);
    if (status !== 0) throw new Error(`make.py ended with status ${status}`);
    if (named.length === 0) await askOthers(made.golden);
    if (bless) {
      cpSync(made.golden, kept.golden, { recursive: true });
      cpSync(made.models, kept.models, { recursive: true });
      cpSync(made.adapters, kept.adapters, { recursive: true });
      return true;
    }
    const rooms = ["golden", "models", "adapters"] as const;
    const reports = rooms.flatMap((room) => compareFolders(made[room], kept[room], named.length === 0));
    for (const report of reports) console.log(report);
    const afresh = named.length > 0 ? (["golden"] as const) : rooms;
    const count = afresh.reduce((n, room) => n + filesIn(made[room]).length, 0);
    console.log(reports.length === 0 ? `${count} files made afresh say the same` : `${reports.length} files differ`);
    return reports.length === 0;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Oracles with a separate environment. Each is a program that receives the folder of golden files. */
const OTHERS = [
  ["scores", "scores.py"],
  ["scores", "attacks.py"],
  ["fairness", "rates.py"],
  ["datasets", "hub_folders.py"],
  ["optuna", "sweeps.py"],
  ["flower", "federation.py"],
  ["privacy", "accountants.py"],
  ["privacy", "private_rows.py"],
] as const;

async function askOthers(golden: string): Promise<void> {
  for (const [environment, program] of OTHERS) {
    const { python } = await ensurePythonEnv(environment, { onProgress: (line) => console.error(line) });
    const status = await run(python, [join(root, "tests/oracles", program), golden]);
    if (status !== 0) throw new Error(`${program} ended with status ${status}`);
  }
}

/** Returns the path of ggml's library, as node-llama-cpp installs it. */
async function ggmlLibrary(): Promise<string> {
  const { folder } = await ensureNodeEnv("llama", { onProgress: (line) => console.error(line) });
  return join(folder, "node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/libggml-base.so");
}

/** `whole`: also reports files that are no longer generated. */
function compareFolders(made: string, old: string, whole: boolean): string[] {
  const now = filesIn(made);
  const gone = whole ? filesIn(old).filter((file) => !now.includes(file) && file !== "README.md") : [];
  return [
    ...gone.map((file) => `${file}: made no more`),
    ...now.flatMap((file) => compareFile(join(made, file), join(old, file), file)),
  ];
}

function compareFile(made: string, old: string, file: string): string[] {
  try {
    // Versions of zlib pack the same text into different bytes, so packed files are compared unpacked.
    const bytesOf = (path: string): Buffer =>
      file.endsWith(".gz") ? gunzipSync(readFileSync(path)) : readFileSync(path);
    const [now, then] = [bytesOf(made), bytesOf(old)];
    if (!/\.json(?:\.gz)?$/.test(file)) return now.equals(then) ? [] : [`${file}: other bytes`];
    const found = differences(JSON.parse(now.toString()), JSON.parse(then.toString()), tolerance);
    return found.length === 0 ? [] : [`${file}: ${found.length} differences, first: ${found.slice(0, 3).join("; ")}`];
  } catch (error) {
    return [`${file}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function run(command: string, args: readonly string[]): Promise<number> {
  return new Promise((done, reject) => {
    const env = { ...process.env, TRANSFORMERS_VERBOSITY: "error", TQDM_DISABLE: "1", PYTHONDONTWRITEBYTECODE: "1" };
    spawn(command, args, { stdio: "inherit", env })
      .once("error", reject)
      .once("close", (status) => done(status ?? 1));
  });
}

try {
  process.exitCode = (await main(
    process.argv.includes("--bless"),
    process.argv.slice(2).filter((one) => one !== "--bless"),
  ))
    ? 0
    : 1;
} catch (error) {
  console.error(error instanceof ToolError ? `error[${error.code}]: ${error.message}\nhelp: ${error.help}` : error);
  process.exitCode = 1;
}

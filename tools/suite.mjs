// The tests that were built, and mocha over them. One rule sorts them: a file named `*.e2e.test.ts` starts a process or a thread
// (an engine, a kernel, the command line, Jupyter, a browser) or needs what was fetched; every other `*.test.ts` is a unit test
// and needs none of it, which tools/unit-only.mjs holds it to. Those named `*.long.test.ts` or
// `*.long.e2e.test.ts` run by `npm run test:long` alone.
import { spawnSync } from "node:child_process";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, cpus, freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { node, root, say } from "./provision.mjs";
import { cacheFolder } from "./python-env.mjs";

const built = "dist/tests";

/**
 * Paths of the compiled test files. End-to-end tests come first, and among their like those that took longest the last time
 * (`times`): what is short fills the time that is left at the end.
 */
export function testFiles(part = "all", { base = root, times = {} } = {}) {
  const all = readdirSync(join(base, built), { recursive: true })
    .filter((file) => file.endsWith(".test.js"))
    .map((file) => join(built, file))
    .sort((a, b) => (times[b] ?? 0) - (times[a] ?? 0) || (a < b ? -1 : 1));
  const long = all.filter((file) => /\.long(\.e2e)?\.test\.js$/.test(file));
  const [e2e, unit] = [true, false].map((wanted) =>
    all.filter((file) => file.endsWith(".e2e.test.js") === wanted && !long.includes(file)),
  );
  return { all: [...e2e, ...unit], e2e, unit, long, whole: [...long, ...e2e, ...unit] }[part];
}

/**
 * Runs a part of the suite (`unit`, `e2e`, `all` of both, `long`, `whole`) in as many processes as TUNEBOOK_JOBS says. `args` go to mocha; files among them are run instead of the part. Counts of a run that tells none (it crashed, or found no
 * test) are one failure.
 */
export async function runTests(part, args) {
  const unit = part === "unit";
  const folder = mkdtempSync(join(inMemory(unit ? ROOM.unit : ROOM.all), "tunebook-"));
  // A test becomes somebody else, who must get to its folder too.
  chmodSync(folder, 0o711);
  const counts = join(folder, "counts.json");
  const jobs = Number(process.env.TUNEBOOK_JOBS ?? (unit ? JOBS.unit : JOBS.all));
  try {
    const times = knownTimes();
    const words = args.map(asBuilt);
    const files = words.some((arg) => arg.endsWith(".js")) ? [] : testFiles(part, { times });
    const begun = Date.now();
    // --exit: cells that the tests interrupt leave timers of their users' behind, which would hold mocha for many minutes.
    const status = await node(
      [
        // What the compiler makes for a moment would else be copied about while it is collected, by threads that the other
        // processes have better use for.
        ...["--min-semi-space-size=128", "--max-semi-space-size=128", "--single-threaded-gc"],
        ...taken("--interrupt-budget=528000"),
        "node_modules/mocha/bin/mocha.js",
        "--exit",
        ...(unit ? ["--require", "./tools/unit-only.mjs"] : []),
        ...(jobs > 1 ? ["--parallel", "--jobs", String(jobs)] : []),
        "--reporter",
        "tools/mocha-counts.mjs",
        ...files,
        ...words,
      ],
      {
        TUNEBOOK_COUNTS: counts,
        TMPDIR: folder,
        TUNEBOOK_MACHINE: machineOfTests(folder),
        // Folders that tests run programs in are trusted for the tests alone.
        TUNEBOOK_CONFIG: join(folder, "config"),
        ...(unit && { TUNEBOOK_CACHE: join(folder, "cache") }),
      },
    );
    const { passes, failures, files: took } = JSON.parse(readFileSync(counts, "utf8"));
    say(timesOf(part, took, Date.now() - begun));
    keepTimes({ ...times, ...took });
    const broken = failures === 0 && (status !== 0 || passes === 0);
    return { passes, failures: broken ? 1 : failures };
  } catch (error) {
    say(`mocha left no counts: ${error.message}`);
    return { passes: 0, failures: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * An option of V8, where this Node has it. Most of what tests run runs a few times: made fast later, a seventh of the processors' time
 * is left over on Node 20; later ones know no such option.
 */
function taken(option) {
  return spawnSync(process.execPath, [option, "--eval", "0"], { stdio: "ignore" }).status === 0 ? [option] : [];
}

/**
 * How many files run side by side where nobody says it: what waits for a process, a disk, a page or a connection leaves its processor
 * to another one, on a machine of two. Each has engines of its own.
 */
const JOBS = { unit: 3, all: 3 };
/** Bytes that tests may write where they run in memory: the largest files, of as many of them as run at a time, several times over. */
const ROOM = { unit: 4 * 2 ** 30, all: 10 * 2 ** 30 };

/**
 * Where tests write: thousands of small files, damaged and written again, and runs, whose every line is on the disk before it
 * counts: a disk makes them wait for each. A file system in memory, where there is one, and memory, with room.
 */
function inMemory(room) {
  const memory = "/dev/shm";
  if (process.platform !== "linux" || process.env.TMPDIR !== undefined) return tmpdir();
  try {
    accessSync(memory, constants.W_OK);
    const { bavail, bsize } = statfsSync(memory);
    return Math.min(bavail * bsize, freemem()) >= room ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

/**
 * What tests take as measured of this machine, so that `auto` chooses the same engine wherever and whenever they run: two engines
 * that are as quick as each other (GFLOP/s of a quiet machine of two processors). What tests' own trainings took stays with
 * them, too.
 */
function machineOfTests(folder) {
  const machine = join(folder, "machine");
  mkdirSync(machine);
  const engines = {
    tensorflow: { title: "TensorFlow", f32: 395, bf16: 640, bandwidth: 31 },
    onnx: { title: "ONNX Runtime", f32: 395, bandwidth: 40 },
  };
  const here = { processor: cpus()[0]?.model.trim() ?? "unknown processor", threads: availableParallelism() };
  writeFileSync(join(machine, "engines.json"), JSON.stringify({ ...here, engines }));
  return machine;
}

/** `tests/dsl/fuzz.test.ts` as it was built: mocha runs no TypeScript. */
export function asBuilt(arg) {
  return /^(?:\.\/)?tests\/.*\.test\.ts$/.test(arg) ? join("dist", arg.replace(/\.ts$/, ".js")) : arg;
}

const timesFile = () => join(cacheFolder(), "test-times.json");
const secondsFile = join(root, "tools", "test-seconds.json");
const ending = ".test.js";

/** Milliseconds of each file when it ran last on this machine; one that never did takes what it took elsewhere. */
function knownTimes() {
  return { ...millisecondsOf(readJson(secondsFile)), ...readJson(timesFile()) };
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {}; // nothing ran here yet
  }
}

/**
 * Whole seconds of the files that took at least `least` of them, the longest first, named from tests/ on without their ending:
 * what is committed, so that a machine that never ran a test begins with the longest. Files that are gone are left out.
 */
export function roughSeconds(times, { least = 3, exists = (file) => existsSync(join(root, file)) } = {}) {
  const long = Object.entries(times)
    .map(([file, ms]) => [file, Math.round(ms / 1000)])
    .filter(([file, seconds]) => seconds >= least && exists(file))
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return Object.fromEntries(long.map(([file, seconds]) => [file.slice(built.length + 1, -ending.length), seconds]));
}

/** The other way. */
export function millisecondsOf(seconds) {
  return Object.fromEntries(Object.entries(seconds).map(([name, s]) => [join(built, `${name}${ending}`), 1000 * s]));
}

/** Writes what this machine knows for others; gives the file's path. */
export function writeRoughSeconds() {
  writeFileSync(secondsFile, `${JSON.stringify(roughSeconds(knownTimes()), null, 2)}\n`);
  return secondsFile;
}

function keepTimes(times) {
  try {
    mkdirSync(cacheFolder(), { recursive: true });
    writeFileSync(timesFile(), JSON.stringify(times));
  } catch {
    // Only the order of the next run: a cache that can't be written must not fail the tests.
  }
}

/** How long it took, and which files took longest: where to look when the suite gets slow. */
function timesOf(part, took, milliseconds) {
  const slowest = Object.entries(took)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 10)
    .map(([file, ms]) => `  ${(ms / 1000).toFixed(1).padStart(6)} s  ${file}`);
  return [`tests (${part}): ${(milliseconds / 1000).toFixed(0)} s; the slowest files:`, ...slowest].join("\n");
}

// Runs mocha over the built tests. The file name decides the part. A file named `*.e2e.test.ts` starts a process or a
// thread (an engine, a kernel, the command line, Jupyter, a browser) or needs downloaded files. Every other `*.test.ts`
// is a unit test and needs none of these, which tools/unit-only.mjs enforces. Files named `*.long.test.ts` or
// `*.long.e2e.test.ts` run only with `npm run test:long`.
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
 * Returns the paths of the compiled test files. End-to-end tests come first, and within each part the files that took
 * longest the last time (`times`), so that short files fill the time left at the end.
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
 * Runs a part of the suite (`unit`, `e2e`, `all` for both, `long`, `whole`) in TUNEBOOK_JOBS processes. `args` go to
 * mocha; files among them are run instead of the part. A run that reports no counts (it crashed, or found no test)
 * counts as one failure.
 */
export async function runTests(part, args) {
  const unit = part === "unit";
  const folder = mkdtempSync(join(inMemory(unit ? ROOM.unit : ROOM.all), "tunebook-"));
  // Some tests switch to another user, who must be able to enter the folder.
  chmodSync(folder, 0o711);
  const counts = join(folder, "counts.json");
  const jobs = Number(process.env.TUNEBOOK_JOBS ?? (unit ? JOBS.unit : JOBS.all));
  try {
    const times = knownTimes();
    const words = args.map(asBuilt);
    const files = words.some((arg) => arg.endsWith(".js")) ? [] : testFiles(part, { times });
    const begun = Date.now();
    // --exit: interrupted cells in tests leave their users' timers behind, which would keep mocha running for many
    // minutes.
    const status = await node(
      [
        // Large semi-spaces: otherwise the compiler's short-lived objects are copied during collection, by threads that
        // the other processes need.
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
        // Folders in which tests run programs are trusted only for the tests.
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
 * Returns an option of V8 if this Node has it. Most code in tests runs only a few times. Optimizing it later saves a
 * seventh of the processor time on Node 20; later versions don't have this option.
 */
function taken(option) {
  return spawnSync(process.execPath, [option, "--eval", "0"], { stdio: "ignore" }).status === 0 ? [option] : [];
}

/**
 * Default number of files that run in parallel, for a machine of two processors: a file that waits for a process, a
 * disk, a page or a connection leaves its processor to another. Each file has separate engines.
 */
const JOBS = { unit: 3, all: 3 };
/**
 * Bytes that tests may need when they write to memory: several times the largest files, for as many as run at a time.
 */
const ROOM = { unit: 4 * 2 ** 30, all: 10 * 2 ** 30 };

/**
 * Returns the folder where tests write. Tests write thousands of small files and damage and rewrite them, and every
 * line of a run must reach the disk before it counts, so a disk makes them wait. A file system in memory is used where
 * it exists and `room` bytes of memory are free.
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
 * Writes fixed measurements of this machine for the tests, so that `auto` always chooses the same engine: two equally
 * fast engines (GFLOP/s of an idle machine with two processors). The times of the tests' own trainings are stored there
 * too.
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

/** Returns the compiled path of a test such as `tests/dsl/fuzz.test.ts`, since mocha runs no TypeScript. */
export function asBuilt(arg) {
  return /^(?:\.\/)?tests\/.*\.test\.ts$/.test(arg) ? join("dist", arg.replace(/\.ts$/, ".js")) : arg;
}

const timesFile = () => join(cacheFolder(), "test-times.json");
const secondsFile = join(root, "tools", "test-seconds.json");
const ending = ".test.js";

/**
 * Returns the milliseconds of each file in its last run on this machine. A file that never ran here gets its committed
 * time.
 */
function knownTimes() {
  return { ...millisecondsOf(readJson(secondsFile)), ...readJson(timesFile()) };
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {}; // no test ran here yet
  }
}

/**
 * Returns the times of the files that took at least `least` seconds, in whole seconds, the longest first. Names begin
 * at tests/ and have no extension. They are committed, so that a machine that never ran a test begins with the longest.
 * Deleted files are left out.
 */
export function roughSeconds(times, { least = 3, exists = (file) => existsSync(join(root, file)) } = {}) {
  const long = Object.entries(times)
    .map(([file, ms]) => [file, Math.round(ms / 1000)])
    .filter(([file, seconds]) => seconds >= least && exists(file))
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return Object.fromEntries(long.map(([file, seconds]) => [file.slice(built.length + 1, -ending.length), seconds]));
}

/** The inverse of `roughSeconds`: milliseconds by file. */
export function millisecondsOf(seconds) {
  return Object.fromEntries(Object.entries(seconds).map(([name, s]) => [join(built, `${name}${ending}`), 1000 * s]));
}

/** Writes this machine's times for other machines; returns the file's path. */
export function writeRoughSeconds() {
  writeFileSync(secondsFile, `${JSON.stringify(roughSeconds(knownTimes()), null, 2)}\n`);
  return secondsFile;
}

function keepTimes(times) {
  try {
    mkdirSync(cacheFolder(), { recursive: true });
    writeFileSync(timesFile(), JSON.stringify(times));
  } catch {
    // The times only affect the order of the next run: a cache that can't be written must not fail the tests.
  }
}

/** Formats the duration and the slowest files, to show where a slow suite spends its time. */
function timesOf(part, took, milliseconds) {
  const slowest = Object.entries(took)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 10)
    .map(([file, ms]) => `  ${(ms / 1000).toFixed(1).padStart(6)} s  ${file}`);
  return [`tests (${part}): ${(milliseconds / 1000).toFixed(0)} s; the slowest files:`, ...slowest].join("\n");
}

/** Compiles tfjs-node-gpu's binding and our own kernels against a cached TensorFlow. Takes about ten seconds, once. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { accessSync, constants, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { diskError } from "#kernel/fetch/disk.js";

const require = createRequire(import.meta.url);

/** The folder of `@tensorflow/tfjs-node-gpu`, which contains the binding's sources. */
export function bindingPackageFolder(): string {
  return dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json"));
}
const nodeHeaders = (): string => join(dirname(require.resolve("node-api-headers/package.json")), "include");

/** Finds the first available C++ compiler: `$CXX`, g++, clang++, c++. */
export function findCompiler():
  | { readonly command: string; readonly tried: readonly string[] }
  | { readonly command: null; readonly tried: readonly string[] } {
  const set = process.env["CXX"];
  const tried = [...(set === undefined || set === "" ? [] : [set]), "g++", "clang++", "c++"];
  return { command: tried.find(isExecutable) ?? null, tried };
}

function isExecutable(command: string): boolean {
  const places = isAbsolute(command)
    ? [command]
    : (process.env["PATH"] ?? "").split(delimiter).map((f) => join(f, command));
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Our own kernels (`native/kernels`), compiled into the addon: loading it registers their ops with TensorFlow. */
const kernelSources = (): string => fileURLToPath(new URL("../../../../native/kernels/", import.meta.url));

/**
 * Hashes all inputs of the addon build (sources, flags, processor), so that a change of any of them triggers a new
 * build.
 */
export async function addonCacheKey(): Promise<string> {
  const hash = createHash("sha256")
    .update([...FLAGS, ...KERNEL_FLAGS].join(" "))
    .update(processorFeatures());
  for (const folder of [join(bindingPackageFolder(), "binding"), kernelSources()])
    for (const file of (await readdir(folder)).sort()) hash.update(file).update(await readFile(join(folder, file)));
  return hash.digest("hex").slice(0, 8);
}

const FLAGS = [
  ...["-O2", "-std=c++17", "-fPIC", "-DNAPI_VERSION=8", "-DBUILDING_NODE_EXTENSION"],
  // Creates sessions with the options of `native/kernels/session.cc`.
  "-DTF_NewSessionOptions=TunebookSessionOptions",
];
/** Optimizes for this processor; sums may be reordered for vectorization. */
const KERNEL_FLAGS = [
  ...["-O3", "-march=native", "-std=c++17", "-fPIC", "-fvisibility=hidden"],
  ...["-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math"],
];

/** The processor features that `-march=native` depends on: several machines may share a cache. */
function processorFeatures(): string {
  try {
    const text = readFileSync("/proc/cpuinfo", "utf8");
    return /^(?:flags|Features)\s*:.*$/m.exec(text)?.[0] ?? process.arch;
  } catch {
    return process.arch;
  }
}

export interface TensorflowLibraries {
  /** Folder with `tensorflow/c/c_api.h`. */
  readonly include: string;
  readonly folder: string;
  /** File names of the libraries to link, in `folder`. */
  readonly names: readonly string[];
  /** Library search path of the addon, relative to the addon. */
  readonly fromAddon: string;
}

/**
 * Builds the addon at `target`; the file appears atomically. Coded errors: `no-compiler`, `compile-failed`,
 * `disk-full`.
 */
export async function compileAddon(
  libraries: TensorflowLibraries,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  const { command, tried } = findCompiler();
  if (command === null) throw new CodedError("no-compiler", { tried });
  await mkdir(dirname(target), { recursive: true });
  const work = `${target}.building-${String(process.pid)}`;
  const binding = join(bindingPackageFolder(), "binding");
  const kernels = kernelSources();
  const units = [
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => ({ source: join(binding, file), flags: FLAGS })),
    ...(await readdir(kernels))
      .filter((file) => file.endsWith(".cc"))
      .map((file) => ({ source: join(kernels, file), flags: KERNEL_FLAGS })),
  ].map((unit, i) => ({ ...unit, object: `${work}.${String(i)}.o` }));
  const includes = [`-I${bindingPackageFolder()}`, `-I${libraries.include}`, `-I${nodeHeaders()}`];
  const run = (args: readonly string[]): Promise<void> => compile(command, args, target, signal);
  try {
    const waiting = [...units];
    const worker = async (): Promise<void> => {
      for (let unit = waiting.shift(); unit; unit = waiting.shift())
        await run([...unit.flags, ...includes, "-c", unit.source, "-o", unit.object]);
    };
    await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
    await run([
      ...["-shared", "-o", work, ...units.map((unit) => unit.object)],
      ...["-Wl,--no-as-needed", "-pthread", `-L${libraries.folder}`, ...libraries.names.map((name) => `-l:${name}`)],
      ...[`-Wl,-rpath,$ORIGIN/${libraries.fromAddon}`, `-Wl,-rpath,${libraries.folder}`],
    ]);
    await rename(work, target);
  } finally {
    await Promise.all([work, ...units.map((unit) => unit.object)].map((file) => rm(file, { force: true })));
  }
}

/**
 * Builds a program from one source file and the system's libraries only; the file appears atomically. Coded errors as
 * `compileAddon`.
 */
export async function compileExecutable(source: string, target: string, signal?: AbortSignal): Promise<void> {
  const { command, tried } = findCompiler();
  if (command === null) throw new CodedError("no-compiler", { tried });
  await mkdir(dirname(target), { recursive: true });
  const work = `${target}.building-${String(process.pid)}`;
  try {
    await compile(command, ["-O2", "-std=c++17", source, "-o", work, "-ldl"], target, signal);
    await rename(work, target);
  } finally {
    await rm(work, { force: true });
  }
}

function compile(command: string, args: readonly string[], target: string, signal?: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    execFile(command, args, { maxBuffer: 1 << 24, signal }, (error, stdout, stderr) => {
      if (!error) return resolve();
      if (signal?.aborted === true) return reject(error);
      const output = (stderr || stdout || error.message).trim().split("\n").slice(0, 12).join("\n");
      reject(
        /No space left on device/.test(output)
          ? diskError(Object.assign(error, { code: "ENOSPC" }), target)
          : new CodedError("compile-failed", { compiler: command, output }, { cause: error }),
      );
    });
  });
}

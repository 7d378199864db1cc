/**
 * Makes TensorFlow usable through tfjs: installs the libraries, compiles the binding against them, and tests it. It
 * tries the wheel first, then the archive that the package would fetch; if both fail, the ONNX engine is used. All
 * files are in the cache; node_modules gets one link only. Safe to interrupt at any point and to run twice at once.
 */
import { readdir, rm } from "node:fs/promises";
import { join, dirname } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { cachePath, withFileLock } from "#kernel/fetch/cache.js";
import { addonCacheKey, compileAddon, findCompiler, bindingPackageFolder } from "./compile.js";
import { findLitertConverterIn } from "./converter.js";
import { existsSync, readFileSync, lstatSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { execFileSync } from "node:child_process";
import type { ProgressUpdate } from "../../host/host-context.js";
import { installPackageLibraries, packageLibraries } from "./from-package.js";
import { installWheelLibraries, wheelLibraries, type LibraryInstallOptions } from "./from-wheel.js";
import {
  addonPath,
  buildFolderPath,
  findTensorflow,
  removeBuild,
  stampAddon,
  type TensorflowInstallation,
} from "./layout.js";
import { probeAddon } from "./probe.js";
import { PACKAGE_LIBRARY_VERSION, TENSORFLOW_VERSION, type TensorflowBuild } from "./versions.js";

// Lets `require("@tensorflow/tfjs-node-gpu")` find the addon too (in a TypeScript cell, for example): creates a link
// where the package looks for it. Our own engine host needs no link. Files that we did not create are not changed.

/** Returns whether the package finds an addon now. */
export function linkAddonIntoPackage(addon: string): boolean {
  const place = join(bindingPackageFolder(), "lib", "napi-v8", "tfjs_binding.node");
  try {
    const there = lstatSync(place, { throwIfNoEntry: false });
    if (there && (!there.isSymbolicLink() || readlinkSync(place) === addon)) return true;
    mkdirSync(dirname(place), { recursive: true });
    const work = `${place}.${String(process.pid)}`;
    rmSync(work, { force: true });
    symlinkSync(addon, work);
    renameSync(work, place);
    return true;
  } catch {
    return false; // In a read-only installation the engine works without the link.
  }
}

export interface TensorflowSetupOptions {
  /** Reports bytes while fetching and unpacking. */
  readonly onProgress?: (progress: ProgressUpdate) => void;
  readonly force?: boolean;
  /** The cache's root; default `TUNEBOOK_CACHE`, else `~/.cache/tunebook`. If set, the package gets no link. */
  readonly cache?: string;
  /** Default: `gpu` with an NVIDIA driver, else `cpu`. `TUNEBOOK_TENSORFLOW` may also be `cpu` or `gpu`. */
  readonly build?: TensorflowBuild;
  /**
   * SHA-256 of the older library's archive, for a mirror that has a different one. Defaults to that of the package's
   * host.
   */
  readonly library?: string;
  /** A folder of wheels (from `tunebook bundle --wheels`), for setup without a network. */
  readonly wheels?: string;
  readonly signal?: AbortSignal;
}
export interface TensorflowInstallResult {
  /** Null if TensorFlow is unavailable on this machine; the ONNX engine is used then. */
  readonly native: TensorflowInstallation | null;
  readonly engine: "tensorflow" | "onnx";
  /** False if everything was already installed. */
  readonly changed: boolean;
  /** Fallbacks that were taken and their costs; empty if the first choice works. */
  readonly notes: readonly string[];
  /** Errors of the choices that were tried before the successful one. */
  readonly failures: readonly CodedError[];
}

/** Chooses the build for this machine and states the reason. */
export function suitableBuild(): { readonly build: TensorflowBuild; readonly why: string } {
  const set = process.env["TUNEBOOK_TENSORFLOW"];
  if (set === "cpu" || set === "gpu") return { build: set, why: "TUNEBOOK_TENSORFLOW selects it" };
  const driver = nvidiaDriver();
  return { build: driver.present ? "gpu" : "cpu", why: driver.why };
}

/**
 * Never fails for lack of TensorFlow: `native` is then null and `notes` state the cost. Throws coded errors that every
 * fallback would hit too (`disk-full`), and the signal's reason when aborted.
 */
export async function setUpTensorflow(options: TensorflowSetupOptions = {}): Promise<TensorflowInstallResult> {
  const build = options.build ?? suitableBuild().build;
  const root = options.cache ?? cachePath();
  const key = await addonCacheKey();
  if (options.force !== true) {
    const there = findTensorflow(key, build, root);
    if (there?.from === "wheel") return ready(there, false, options);
  }
  return withFileLock(join(root, "tensorflow", "setup"), async () => {
    const there = options.force === true ? null : findTensorflow(key, build, root);
    if (there?.from === "wheel") return ready(there, false, options);
    await removeLeftOvers(join(root, "tensorflow"));
    return bringOne(build, root, key, options);
  });
}

/** Removes files that an interrupted setup left half unpacked. We have the lock, so no other setup is using them. */
async function removeLeftOvers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => []))
    if (/\.(unpacking|old)-\d+$/.test(name)) await rm(join(folder, name), { recursive: true, force: true });
}

function ready(
  native: TensorflowInstallation,
  changed: boolean,
  options: TensorflowSetupOptions,
  notes: readonly string[] = [],
  failures: readonly CodedError[] = [],
): TensorflowInstallResult {
  if (options.cache === undefined) linkAddonIntoPackage(native.addon);
  return { native, engine: "tensorflow", changed, notes, failures };
}

async function bringOne(
  build: TensorflowBuild,
  root: string,
  key: string,
  options: TensorflowSetupOptions,
): Promise<TensorflowInstallResult> {
  const failures: CodedError[] = [];
  const onProgress = options.onProgress ?? (() => undefined);
  for (const from of ["wheel", "package"] as const) {
    const version = from === "wheel" ? TENSORFLOW_VERSION : PACKAGE_LIBRARY_VERSION;
    const folder = buildFolderPath(from, version, build, root);
    const { library, wheels, signal } = options;
    const bring: LibraryInstallOptions = {
      build,
      folder,
      downloads: join(root, "downloads"),
      library,
      wheels,
      onProgress,
      signal,
    };
    if (from === "package") {
      const there = options.force === true ? null : findTensorflow(key, build, root);
      if (there) return ready(there, false, options, [olderLibrary()], failures);
    }
    try {
      if (options.force === true) await removeBuild(folder);
      const native = await (from === "wheel" ? viaWheel(bring, key) : viaPackage(bring, key));
      return ready(native, true, options, from === "wheel" ? [] : [olderLibrary()], failures);
    } catch (e) {
      options.signal?.throwIfAborted();
      if (!(e instanceof CodedError) || e.code === "disk-full" || e.code === "cache-locked") throw e;
      failures.push(e);
    }
  }
  const note =
    "TensorFlow is not available here: the ONNX engine is used, which needs only npm. It computes in f32 only, " +
    "on some processors as fast as TensorFlow and on others about a quarter slower.";
  return { native: null, engine: "onnx", changed: false, notes: [note], failures };
}

const olderLibrary = (): string =>
  `TensorFlow ${PACKAGE_LIBRARY_VERSION} from tfjs-node-gpu's host is used, because ${TENSORFLOW_VERSION} is not available from the package index: an older library, and slower on new CPUs.`;

async function viaWheel(bring: LibraryInstallOptions, key: string): Promise<TensorflowInstallation> {
  if (process.platform !== "linux")
    throw new CodedError("no-native-build", { platform: `${process.platform} ${process.arch}` });
  demandCompiler();
  await installWheelLibraries(bring);
  const addon = join(bring.folder, addonPath(key));
  bring.onProgress({ label: "compiling TensorFlow's binding for Node", done: 0, total: 1 });
  await compileAddon(wheelLibraries(bring.folder), addon, bring.signal);
  const native = await finish(bring, addon, key, "wheel", TENSORFLOW_VERSION);
  // Engines do not need the converter. If it can't be built, doctor and the features that need it report why.
  await findLitertConverterIn(native, bring.signal).catch(() => undefined);
  return native;
}

/** Fails before a large download that would be useless without a compiler. */
function demandCompiler(): void {
  const { command, tried } = findCompiler();
  if (command === null) throw new CodedError("no-compiler", { tried });
}

async function viaPackage(bring: LibraryInstallOptions, key: string): Promise<TensorflowInstallation> {
  demandCompiler();
  await installPackageLibraries(bring);
  const addon = join(bring.folder, addonPath(key));
  await compileAddon(packageLibraries(bring.folder), addon, bring.signal);
  return finish(bring, addon, key, "package", PACKAGE_LIBRARY_VERSION);
}

async function finish(
  bring: LibraryInstallOptions,
  addon: string,
  key: string,
  from: "wheel" | "package",
  version: string,
): Promise<TensorflowInstallation> {
  bring.onProgress({ label: "computing with it", done: 0, total: 1 });
  try {
    await probeAddon(addon);
  } catch (e) {
    await rm(addon, { force: true });
    throw e;
  }
  await stampAddon(bring.folder, addonPath(key));
  bring.onProgress({ label: "TensorFlow is ready", done: 1, total: 1 });
  return { version, build: bring.build, from, addon, folder: bring.folder };
}

/** Whether an NVIDIA driver is present: only then is the GPU build of TensorFlow worth its size. */
interface Driver {
  readonly present: boolean;
  /** The evidence for `present`. */
  readonly why: string;
}

function nvidiaDriver(): Driver {
  if (process.platform !== "linux") return { present: false, why: "only looked for on Linux" };
  const proc = "/proc/driver/nvidia/version";
  if (existsSync(proc)) {
    const version = /Kernel Module\D*([\d.]+)/.exec(readFileSync(proc, "utf8"))?.[1];
    return { present: true, why: `NVIDIA driver ${version ?? "present"}` };
  }
  // WSL has the library but no /proc/driver; a container may have the library only.
  for (const path of [
    "/usr/lib/wsl/lib/libcuda.so.1",
    "/usr/lib/x86_64-linux-gnu/libcuda.so.1",
    "/usr/lib64/libcuda.so.1",
  ])
    if (existsSync(path)) return { present: true, why: `${path} is there` };
  for (const ldconfig of ["ldconfig", "/sbin/ldconfig"]) {
    try {
      const listed = execFileSync(ldconfig, ["-p"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      if (/\blibcuda\.so\.1\b/.test(listed)) return { present: true, why: "libcuda.so.1 is known to the linker" };
      break;
    } catch {
      // Not on the path under this name.
    }
  }
  return { present: false, why: "no NVIDIA driver (no /proc/driver/nvidia, no libcuda.so.1)" };
}

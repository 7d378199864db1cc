/**
 * Extracts TensorFlow's libraries from PyPI's wheel and preserves its layout, so that the libraries find each other.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { demandDiskSpace } from "#kernel/fetch/disk.js";
import { fetchFile, isFileIntact } from "#kernel/fetch/file.js";
import { extractWheel, findWheel, requirementsOfExtra, type Wheel, thisPlatform } from "#kernel/fetch/wheel.js";
import { areLibrariesReady, writeStamp } from "./layout.js";
import { WHEEL_CHECKSUMS, PYTHON_TAG, TENSORFLOW_VERSION, pypiProjectOf, type TensorflowBuild } from "./versions.js";
import type { ProgressUpdate } from "../../host/host-context.js";
import type { TensorflowLibraries } from "./compile.js";
import { cachePath } from "#kernel/fetch/cache.js";

// The wheels that `setup` would fetch, as files: downloaded to be bundled, or found in a folder on an offline machine.

/**
 * Downloads the wheels of a build for this platform and returns their paths in the cache. Coded errors: those of
 * finding and fetching.
 */
export async function fetchWheels(
  build: TensorflowBuild,
  options: { readonly onProgress?: (progress: ProgressUpdate) => void; readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly string[]> {
  const parts = [
    { project: pypiProjectOf(build, process.arch), version: TENSORFLOW_VERSION },
    ...(build === "gpu"
      ? Object.keys(WHEEL_CHECKSUMS)
          .filter((name) => name.startsWith("nvidia_"))
          .map(partsOf)
      : []),
  ];
  const files: string[] = [];
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  for (const { project, version } of parts) {
    const wheel = await findWheel(project, version, { python: PYTHON_TAG, known: WHEEL_CHECKSUMS, ...signal });
    const file = cachePath("downloads", wheel.filename);
    await fetchFile(wheel.url, file, {
      ...(wheel.sha256 !== undefined && { sha256: wheel.sha256 }),
      ...(wheel.size !== undefined && { size: wheel.size }),
      ...signal,
      onProgress: (done, total) => options.onProgress?.({ label: `fetching ${project} ${version}`, done, total }),
    });
    files.push(file);
  }
  return files;
}

/** Finds a wheel in a folder. Coded errors `no-wheel`, `checksum-mismatch`. */
export async function findWheelIn(
  folder: string,
  project: string,
  known: Readonly<Record<string, string>> = WHEEL_CHECKSUMS,
): Promise<Wheel> {
  const machine = thisPlatform().machine;
  const names = Object.keys(known).filter((name) => partsOf(name).project === project && name.includes(machine));
  const filename = names.find((name) => existsSync(join(folder, name)));
  if (filename === undefined) {
    const platform = `${thisPlatform().os} ${machine}`;
    throw new CodedError("no-wheel", { project, version: "that is known", platform, index: folder, has: [] });
  }
  const sha256 = known[filename]!;
  const file = join(folder, filename);
  if (!(await isFileIntact(file, { sha256 })))
    throw new CodedError("checksum-mismatch", { url: file, expected: sha256, got: "another" });
  return { project, version: partsOf(filename).version, filename, url: file, sha256 };
}

/** Splits a file name such as `nvidia_cublas_cu12-12.9.3-….whl`. */
function partsOf(filename: string): { readonly project: string; readonly version: string } {
  const [name = "", version = ""] = filename.split("-");
  return { project: name.replaceAll("_", "-"), version };
}

export interface LibraryInstallOptions {
  readonly build: TensorflowBuild;
  readonly folder: string;
  readonly downloads: string;
  /** A folder of wheels. Defaults to downloading from the package index. */
  readonly wheels?: string | undefined;
  /**
   * SHA-256 of the older library's archive, for a mirror that has a different one (`TensorflowSetupOptions.library`).
   */
  readonly library?: string | undefined;
  readonly onProgress: (p: ProgressUpdate) => void;
  readonly signal?: AbortSignal | undefined;
}

const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];
/** Headers that the binding's sources include, directly or indirectly. */
const HEADERS = ["tensorflow/c/", "tensorflow/core/platform/ctstring", "tsl/platform/ctstring", "xla/tsl/c/"];

export const wheelLibraries = (folder: string): TensorflowLibraries => ({
  include: join(folder, "tensorflow", "include"),
  folder: join(folder, "tensorflow"),
  names: LIBRARIES,
  fromAddon: "../tensorflow",
});

/** Installs the libraries if they are missing. Coded errors: those of fetching, `archive-malformed`. */
export async function installWheelLibraries(bring: LibraryInstallOptions): Promise<void> {
  if (areLibrariesReady(bring.folder)) return;
  const project = pypiProjectOf(bring.build, process.arch);
  const signal = bring.signal === undefined ? {} : { signal: bring.signal };
  const wheel =
    bring.wheels === undefined
      ? await findWheel(project, TENSORFLOW_VERSION, { python: PYTHON_TAG, known: WHEEL_CHECKSUMS, ...signal })
      : await findWheelIn(bring.wheels, project);
  const file = await bringFile(wheel, bring);
  await demandDiskSpace(bring.folder, 900 * 2 ** 20);
  const written = await extractWheel(file, selectLibraries, bring.folder, {
    onProgress: (done, total) => bring.onProgress({ label: `unpacking ${project} ${wheel.version}`, done, total }),
    ...signal,
  });
  for (const name of LIBRARIES)
    if (!written.includes(join("tensorflow", name)))
      throw new CodedError("archive-malformed", { file, why: `it holds no ${name}` });
  if (bring.build === "gpu") await bringCuda(wheel, file, bring);
  await writeStamp(bring.folder, {
    version: TENSORFLOW_VERSION,
    build: bring.build,
    from: "wheel",
    source: wheel.filename,
  });
  if (bring.wheels === undefined) await rm(file, { force: true });
}

function selectLibraries(path: string): string | undefined {
  if (LIBRARIES.some((name) => path === `tensorflow/${name}`)) return path;
  const header = path.startsWith("tensorflow/include/") ? path.slice("tensorflow/include/".length) : null;
  if (header !== null && header.endsWith(".h") && HEADERS.some((h) => header.startsWith(h))) return path;
  return /^tensorflow-[^/]*\.dist-info\/METADATA$/.test(path) ? "METADATA" : undefined;
}

async function bringFile(wheel: Wheel, bring: LibraryInstallOptions): Promise<string> {
  if (bring.wheels !== undefined) return join(bring.wheels, wheel.filename);
  const file = join(bring.downloads, wheel.filename);
  const label = `fetching ${wheel.project} ${wheel.version}`;
  await fetchFile(wheel.url, file, {
    ...(wheel.sha256 === undefined ? {} : { sha256: wheel.sha256 }),
    ...(wheel.size === undefined ? {} : { size: wheel.size }),
    onProgress: (done, total) => bring.onProgress({ label, done, total }),
    ...(bring.signal === undefined ? {} : { signal: bring.signal }),
  });
  return file;
}

/**
 * Installs the CUDA libraries that `tensorflow[and-cuda]` names next to TensorFlow, in the layout of site-packages.
 */
async function bringCuda(wheel: Wheel, file: string, bring: LibraryInstallOptions): Promise<void> {
  const metadata = join(bring.folder, "METADATA");
  if (!existsSync(metadata)) throw new CodedError("archive-malformed", { file, why: "it holds no METADATA" });
  for (const need of requirementsOfExtra(await readFile(metadata, "utf8"), "and-cuda")) {
    const part =
      bring.wheels === undefined
        ? await findWheel(need.project, need.version, {
            known: WHEEL_CHECKSUMS,
            ...(bring.signal === undefined ? {} : { signal: bring.signal }),
          })
        : await findWheelIn(bring.wheels, need.project);
    const archive = await bringFile(part, bring);
    const target = join(bring.folder, "unpacked", need.project);
    const written = await extractWheel(
      archive,
      (path) => (/^nvidia\/[^/]+\/(lib|nvvm|bin)\//.test(path) ? path : undefined),
      target,
      {
        onProgress: (done, total) =>
          bring.onProgress({ label: `unpacking ${need.project} ${part.version}`, done, total }),
      },
    );
    await moveInto(target, bring.folder, written);
    if (bring.wheels === undefined) await rm(archive, { force: true });
  }
  await rm(join(bring.folder, "unpacked"), { recursive: true, force: true });
}

async function moveInto(from: string, to: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await rename(join(from, path), join(to, path));
  }
}

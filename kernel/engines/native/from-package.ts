/**
 * The fallback if no wheel is available: the archive that tfjs-node-gpu's own installer fetches, an older libtensorflow
 * from the package's host. `TFJS_NODE_CDN_STORAGE` and `TFJS_NODE_BASE_URI` name a mirror, as they do for the package.
 * The archive is checked against a pinned checksum.
 */
import { execFile } from "node:child_process";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { demandDiskSpace, diskError } from "#kernel/fetch/disk.js";
import { fetchFile } from "#kernel/fetch/file.js";
import type { TensorflowLibraries } from "./compile.js";
import type { LibraryInstallOptions } from "./from-wheel.js";
import { areLibrariesReady, writeStamp } from "./layout.js";
import { PACKAGE_LIBRARY_CHECKSUMS, PACKAGE_LIBRARY_VERSION } from "./versions.js";

export const packageLibraries = (folder: string): TensorflowLibraries => ({
  include: join(folder, "include"),
  folder: join(folder, "lib"),
  names: ["libtensorflow.so.2", "libtensorflow_framework.so.2"],
  fromAddon: "../lib",
});

/**
 * Installs the libraries if they are missing. Coded errors: those of fetching, `no-native-build`, `archive-malformed`.
 */
export async function installPackageLibraries(bring: LibraryInstallOptions): Promise<void> {
  if (areLibrariesReady(bring.folder)) return;
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new CodedError("no-native-build", { platform: `${process.platform} ${process.arch}` });
  const host = setting("TFJS_NODE_CDN_STORAGE") ?? setting("CDN_STORAGE") ?? "https://storage.googleapis.com/";
  const base = setting("TFJS_NODE_BASE_URI") ?? `${host}tensorflow/libtensorflow/libtensorflow-`;
  await unpack(`${base}${bring.build}-linux-x86_64-${PACKAGE_LIBRARY_VERSION}.tar.gz`, bring.folder, bring);
  await writeStamp(bring.folder, {
    version: PACKAGE_LIBRARY_VERSION,
    build: bring.build,
    from: "package",
    source: PACKAGE_LIBRARY_VERSION,
  });
}

const setting = (name: string): string | undefined => process.env[name] ?? process.env[`npm_config_${name}`];

async function unpack(url: string, folder: string, bring: LibraryInstallOptions): Promise<void> {
  const archive = join(bring.downloads, url.split("/").at(-1) ?? "libtensorflow.tar.gz");
  const label = `fetching libtensorflow ${PACKAGE_LIBRARY_VERSION}`;
  await fetchFile(url, archive, {
    sha256: bring.library ?? PACKAGE_LIBRARY_CHECKSUMS[bring.build],
    attempts: 2,
    onProgress: (done, total) => bring.onProgress({ label, done, total }),
    ...(bring.signal === undefined ? {} : { signal: bring.signal }),
  });
  const work = `${folder}.unpacking-${String(process.pid)}`;
  await mkdir(work, { recursive: true });
  await demandDiskSpace(folder, 1200 * 2 ** 20);
  try {
    await promisify(execFile)("tar", ["-xzf", archive, "-C", work, "--no-same-owner"]);
    await rm(folder, { recursive: true, force: true });
    await rename(work, folder);
  } catch (e) {
    const why = e instanceof Error ? e.message : String(e);
    if (/No space left/.test(why)) throw diskError(Object.assign(new Error(why), { code: "ENOSPC" }), folder);
    throw new CodedError("archive-malformed", { file: archive, why }, { cause: e });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await rm(archive, { force: true });
}

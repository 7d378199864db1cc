/**
 * The fallback where no wheel can be had: what tfjs-node-gpu's own installer fetches, an older libtensorflow from the
 * package's own host (`TFJS_NODE_CDN_STORAGE` and `TFJS_NODE_BASE_URI` name a mirror, as they do for the package), and,
 * where there is no compiler, the addon that was built for it. The host states no sha256; it states md5, which is compared.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { CodedError } from "#dsl/check/codes.js";
import { demandSpace, diskError } from "#kernel/fetch/disk.js";
import { fetchFile } from "#kernel/fetch/file.js";
import { get } from "#kernel/fetch/http.js";
import { bindingPackage, type Libraries } from "./compile.js";
import type { Bring } from "./from-wheel.js";
import { librariesReady, writeStamp } from "./layout.js";
import { PACKAGE_LIBRARY_VERSION } from "./versions.js";

export const packageLibraries = (folder: string): Libraries => ({
  include: join(folder, "include"),
  folder: join(folder, "lib"),
  names: ["libtensorflow.so.2", "libtensorflow_framework.so.2"],
  fromAddon: "../lib",
});

/** Makes the libraries be there. Coded errors: those of fetching, `no-native-build`, `archive-malformed`. */
export async function bringPackage(bring: Bring): Promise<void> {
  if (librariesReady(bring.folder)) return;
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

/** The addon that the package's host keeps ready, for a machine without a compiler. Coded errors: those of fetching. */
export async function bringPrebuiltAddon(bring: Bring, target: string): Promise<void> {
  const { version, binary } = JSON.parse(await readFile(join(bindingPackage(), "package.json"), "utf8")) as {
    version: string;
    binary: { host: string };
  };
  const folder = `${target}.unpacked`;
  await unpack(`${binary.host}/napi-v8/${version}/GPU-linux-${version}.tar.gz`, folder, bring);
  await mkdir(join(target, ".."), { recursive: true });
  await rename(join(folder, "napi-v8", "tfjs_binding.node"), target);
  await rm(folder, { recursive: true, force: true });
}

const setting = (name: string): string | undefined => process.env[name] ?? process.env[`npm_config_${name}`];

async function unpack(url: string, folder: string, bring: Bring): Promise<void> {
  const archive = join(bring.downloads, url.split("/").at(-1) ?? "libtensorflow.tar.gz");
  const label = `fetching libtensorflow ${PACKAGE_LIBRARY_VERSION}`;
  await fetchFile(url, archive, {
    attempts: 2,
    onProgress: (done, total) => bring.onProgress({ label, done, total }),
    ...(bring.signal === undefined ? {} : { signal: bring.signal }),
  });
  await compareWithHost(url, archive);
  const work = `${folder}.unpacking-${String(process.pid)}`;
  await mkdir(work, { recursive: true });
  await demandSpace(folder, 1200 * 2 ** 20);
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

async function compareWithHost(url: string, file: string): Promise<void> {
  const answer = await get(url, { headers: { range: "bytes=0-0" } });
  await answer.body.dump();
  const stated = /md5=([A-Za-z0-9+/=]+)/.exec([answer.headers["x-goog-hash"] ?? ""].flat().join(","))?.[1];
  if (stated === undefined) return;
  const hash = createHash("md5");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const got = hash.digest("base64");
  if (got === stated) return;
  await rm(file, { force: true });
  throw new CodedError("checksum-mismatch", { url, expected: stated, got });
}

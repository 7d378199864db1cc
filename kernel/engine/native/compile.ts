/** Compiles tfjs-node-gpu's binding against a TensorFlow that lies in the cache. Takes about ten seconds, once. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { accessSync, constants } from "node:fs";
import { CodedError } from "#dsl/check/codes.js";
import { diskError } from "#kernel/fetch/disk.js";
import "../codes.js";

const require = createRequire(import.meta.url);

/** The folder of `@tensorflow/tfjs-node-gpu`, where its binding's sources lie. */
export function bindingPackage(): string {
  return dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json"));
}
const nodeHeaders = (): string => join(dirname(require.resolve("node-api-headers/package.json")), "include");

/** The first C++ compiler there is: `$CXX`, g++, clang++, c++. Null: none. */
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

/** Names an addon by all that it is made of, so that a change of the package or of these flags builds another one. */
export async function addonKey(): Promise<string> {
  const hash = createHash("sha256").update(FLAGS.join(" "));
  const folder = join(bindingPackage(), "binding");
  for (const file of (await readdir(folder)).sort()) hash.update(file).update(await readFile(join(folder, file)));
  return hash.digest("hex").slice(0, 8);
}

const FLAGS = ["-O2", "-std=c++17", "-fPIC", "-shared", "-DNAPI_VERSION=8", "-DBUILDING_NODE_EXTENSION"];

export interface Libraries {
  /** Folder with `tensorflow/c/c_api.h`. */
  readonly include: string;
  /** Folder of the libraries. */
  readonly folder: string;
  /** File names in it to link with. */
  readonly names: readonly string[];
  /** Where the addon looks for them, relative to itself. */
  readonly fromAddon: string;
}

/** Builds the addon at `target`, which appears all at once. Coded errors: `no-compiler`, `compile-failed`, `disk-full`. */
export async function compileAddon(libraries: Libraries, target: string, signal?: AbortSignal): Promise<void> {
  const { command, tried } = findCompiler();
  if (command === null) throw new CodedError("no-compiler", { tried });
  await mkdir(dirname(target), { recursive: true });
  const source = bindingPackage();
  const work = `${target}.building-${String(process.pid)}`;
  const args = [
    ...FLAGS,
    `-I${source}`,
    `-I${libraries.include}`,
    `-I${nodeHeaders()}`,
    join(source, "binding", "tfjs_backend.cc"),
    join(source, "binding", "tfjs_binding.cc"),
    "-o",
    work,
    "-Wl,--no-as-needed",
    `-L${libraries.folder}`,
    ...libraries.names.map((name) => `-l:${name}`),
    `-Wl,-rpath,$ORIGIN/${libraries.fromAddon}`,
    `-Wl,-rpath,${libraries.folder}`,
  ];
  try {
    await new Promise<void>((resolve, reject) => {
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
    await rename(work, target);
  } finally {
    await rm(work, { force: true });
  }
}

/**
 * Imports of cells: packages (ESM and CommonJS) found from the notebook's folder and then among Tunebook's own,
 * builtins, and files near the notebook. These are compiled by the assistant, and reloaded when they or their imports
 * change.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { statSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { compileErrorLines, type CellCompileError } from "./compile/complaints.js";
import { readNamedText } from "../../../fetch/regular.js";
import type { CompiledCell, Conversion } from "./compile/converter.js";
import { readFileStamp } from "../../../fetch/stamp.js";

/** A loaded module: `*` is its namespace; `pick` reads an export and throws if it does not exist. */
export interface LoadedModule {
  readonly specifier: string;
  readonly "*": Readonly<Record<string, unknown>>;
}
export function pickExport(module: LoadedModule, name: string): unknown {
  const space = module["*"];
  if (name in space) return space[name];
  throw new CodedError("module-has-no-export", {
    specifier: module.specifier,
    name,
    has: Object.keys(space).filter((k) => k !== "module.exports"),
  });
}

/** Runs a compiled file with its helpers and imported modules; returns its namespace. */
export type RunCompiledFile = (file: {
  readonly path: string;
  readonly source: string;
  readonly compiled: CompiledCell;
  readonly imports: ReadonlyMap<string, LoadedModule>;
  /** Receives its exports as it runs. */
  readonly space: Record<string, unknown>;
}) => Promise<void>;

interface LocalFile {
  readonly stamp: string | null;
  readonly space: Record<string, unknown>;
  readonly needs: readonly string[];
  ready: Promise<void>;
}
const codeEndings = [".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx"];

export class Imports {
  private readonly files = new Map<string, LocalFile>();
  private readonly importers = new Map<string, (specifier: string) => Promise<object>>();

  constructor(
    private readonly folder: string,
    private readonly compile: (path: string, text: string) => Promise<Conversion>,
    private readonly run: RunCompiledFile,
  ) {}

  /**
   * Loads one module for code in the folder `from`. Throws `module-not-found`, `file-does-not-compile`, or the module's
   * own error.
   */
  async load(specifier: string, from = this.folder, loading: readonly string[] = []): Promise<LoadedModule> {
    if (isBuiltin(specifier)) return { specifier, "*": (await import(specifier)) as Record<string, unknown> };
    const path = localPath(specifier, from);
    if (path === undefined) return { specifier, "*": await this.package(specifier, from) };
    const file = findFile(path);
    if (file === undefined) throw new CodedError("module-not-found", { specifier, from });
    if (file.includes("node_modules")) return { specifier, "*": await this.package(pathToFileURL(file).href, from) };
    if (extname(file) === ".json") return { specifier, "*": json(file) };
    if (!codeEndings.includes(extname(file))) return { specifier, "*": commonJsNamespace(createRequire(file)(file)) };
    return { specifier, "*": await this.local(file, loading) };
  }

  private async local(path: string, loading: readonly string[]): Promise<Record<string, unknown>> {
    const known = this.files.get(path);
    if (known && loading.includes(path)) return known.space; // a circular import: its exports so far
    if (known && !this.isStale(path, new Set())) {
      await known.ready;
      return known.space;
    }
    const stamp = readFileStamp(path);
    const source = readNamedText(path);
    const conversion = await this.compile(path, source);
    if (!("compiled" in conversion)) {
      const complaints: readonly CellCompileError[] = "complaints" in conversion ? conversion.complaints : [];
      throw new CodedError("file-does-not-compile", {
        path,
        lines: complaints.flatMap((c) => compileErrorLines(c, source, path)),
      });
    }
    const { compiled } = conversion;
    const space: Record<string, unknown> = {};
    const start = async (): Promise<void> => {
      const imports = new Map<string, LoadedModule>();
      for (const name of compiled.imports) imports.set(name, await this.load(name, dirname(path), [...loading, path]));
      await this.run({ path, source, compiled, imports, space });
    };
    const needs = compiled.imports
      .map((name) => localPath(name, dirname(path)))
      .flatMap((p) => (p === undefined ? [] : (findFile(p) ?? [])));
    const file: LocalFile = { stamp, space, needs, ready: Promise.resolve() };
    this.files.set(path, file);
    file.ready = start();
    try {
      await file.ready;
    } catch (error) {
      this.files.delete(path);
      throw error;
    }
    return space;
  }
  /** Reports whether the file or one of its imports changed since it was loaded. */
  private isStale(path: string, seen: Set<string>): boolean {
    if (seen.has(path)) return false;
    seen.add(path);
    const file = this.files.get(path);
    if (!file) return codeEndings.includes(extname(path));
    return file.stamp !== readFileStamp(path) || file.needs.some((need) => this.isStale(need, seen));
  }

  private async package(specifier: string, from: string): Promise<Record<string, unknown>> {
    let error: unknown;
    for (const base of [from, dirname(fileURLToPath(import.meta.url))]) {
      try {
        const space = (await this.importer(base)(specifier)) as Record<string, unknown>;
        const exports = requiredExports(specifier, base);
        return exports !== undefined && exports.value === space["default"]
          ? { ...space, ...commonJsNamespace(exports.value) }
          : space;
      } catch (failure) {
        if (!isMissing(failure, specifier)) throw failure;
        error ??= failure;
      }
    }
    throw new CodedError("module-not-found", { specifier, from }, { cause: error });
  }
  /** Returns an `import()` for code in that folder. */
  private importer(folder: string): (specifier: string) => Promise<object> {
    let made = this.importers.get(folder);
    if (!made) {
      const script = new vm.Script("(specifier) => import(specifier)", {
        filename: pathToFileURL(join(folder, "cell.mjs")).href,
        importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      });
      made = script.runInThisContext() as (specifier: string) => Promise<object>;
      this.importers.set(folder, made);
    }
    return made;
  }
}

/** Path of a relative, absolute or `file:` specifier; undefined for a package. */
function localPath(specifier: string, from: string): string | undefined {
  if (specifier.startsWith("file:")) return fileURLToPath(specifier);
  if (specifier === "." || specifier === ".." || /^\.{1,2}[/\\]/.test(specifier)) return resolve(from, specifier);
  return isAbsolute(specifier) ? specifier : undefined;
}
/**
 * Finds files as TypeScript does: the exact name, the source of a `.js` name, a missing extension, an index in a
 * folder.
 */
function findFile(path: string): string | undefined {
  const ending = extname(path);
  const sources: Readonly<Record<string, readonly string[]>> = {
    ".js": [".ts", ".tsx"],
    ".mjs": [".mts"],
    ".cjs": [".cts"],
    ".jsx": [".tsx"],
  };
  const candidates = [
    path,
    ...(sources[ending] ?? []).map((e) => path.slice(0, -ending.length) + e),
    ...[...codeEndings, ".json"].map((e) => path + e),
    ...codeEndings.map((e) => join(path, `index${e}`)),
  ];
  return candidates.find((c) => statSync(c, { throwIfNoEntry: false })?.isFile());
}
/** Maximum bytes of imported JSON, as a string can't be longer. */
const longest = 2 ** 29 - 2 ** 10;
function json(path: string): Record<string, unknown> {
  const value: unknown = JSON.parse(readNamedText(path, path, { most: longest }));
  return { ...(isRecord(value) ? value : {}), default: value };
}
/** A CommonJS module's exports as a namespace, by TypeScript's `esModuleInterop`. */
export function commonJsNamespace(exports: unknown): Record<string, unknown> {
  const isObject = (typeof exports === "object" && exports !== null) || typeof exports === "function";
  const namespace_ = isObject ? (exports as Record<string, unknown>) : {};
  if (namespace_["__esModule"]) return namespace_;
  return { ...namespace_, default: exports };
}
/** The `require` value of a package that `import()` loaded as CommonJS. */
function requiredExports(specifier: string, folder: string): { readonly value: unknown } | undefined {
  const require = createRequire(join(folder, "cell.cjs"));
  try {
    const cached = require.cache[require.resolve(specifier.startsWith("file:") ? fileURLToPath(specifier) : specifier)];
    return cached && { value: cached.exports };
  } catch {
    return undefined; // not resolvable by `require`: an ESM package
  }
}
/** Reports whether the module itself, rather than one of its imports, was not found. */
function isMissing(error: unknown, specifier: string): boolean {
  const { code, message } = error as { code?: string; message?: string };
  if (code !== "ERR_MODULE_NOT_FOUND") return false;
  const missing = /^Cannot find (?:package|module) '([^']*)'/.exec(message ?? "")?.[1];
  return missing !== undefined && (specifier === missing || specifier.startsWith(`${missing}/`));
}

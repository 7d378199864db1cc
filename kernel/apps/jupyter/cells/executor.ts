/**
 * Runs TypeScript cells: compile (in the assistant's worker), load imports, run, show the last value. This code never
 * waits inside the user's code: an interrupt settles the cell at once, whatever its code does.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { AssistantClient } from "./assistant-client.js";
import { createInterruptHooks } from "./background.js";
import type { CompiledCell } from "./compile/converter.js";
import { runtimeParameters } from "./compile/parameters.js";
import { DisplayHandle, valueView } from "./display.js";
import { Imports, pickExport, type LoadedModule } from "./imports.js";
import type { ExecuteOutcome } from "../ports/execute-outcome.js";
import type { VariableBinding, NameTable } from "./names.js";
import { runAsCell, type CellRun } from "./scope.js";
import { rememberSource } from "./stack.js";
import { compileErrorFailure, type CellFailure } from "./traceback.js";

/** The `__cell` of compiled code; see compile/modules.ts. */
interface Runtime {
  result: unknown;
  define(bindings: Readonly<Record<string, VariableBinding>>): void;
  module(specifier: string): LoadedModule;
  pick(module: LoadedModule, name: string): unknown;
  exportAll(module: LoadedModule): void;
}
type Body = (...args: unknown[]) => Promise<void>;

export class Executor {
  private readonly imports: Imports;
  private readonly marks;

  constructor(
    private readonly folder: string,
    private readonly assistant: AssistantClient,
    private readonly names: NameTable,
    stop: Int32Array,
  ) {
    this.marks = createInterruptHooks(stop);
    this.imports = new Imports(
      folder,
      (path, text) => assistant.ask("compileFile", { path, text }),
      ({ path, source, compiled, imports, space }) => this.runFile(path, source, compiled, imports, space),
    );
  }

  /** Runs a cell in its scope. Throws the cell's own errors; compiler errors are returned as an outcome. */
  async run(code: string, scope: CellRun, keep = true): Promise<ExecuteOutcome> {
    const conversion = await this.assistant.ask("convert", { code });
    if ("complaints" in conversion)
      return compileErrorFailure(conversion.complaints, code, scope.title, conversion.hint);
    if ("clashes" in conversion) throw new CodedError("name-is-tune", { names: conversion.clashes });
    const { compiled } = conversion;
    rememberSource(scope.title, compiled, code);
    for (const note of compiled.notes) scope.output.stream("stderr", `note: ${note}\n`);
    const imports = await this.loadAll(compiled.imports, scope);
    if (scope.dead) return { status: "ok", userExpressions: {} };
    if (keep) await this.assistant.ask("commit", {});
    if (scope.dead) return { status: "ok", userExpressions: {} };
    let settle: () => void = () => undefined;
    const runtime: Runtime = {
      result: undefined,
      define: (bindings) => void (settle = keep ? this.names.declare(bindings) : settle),
      module: (specifier) => imports.get(specifier) as LoadedModule,
      pick: pickExport,
      exportAll: () => undefined,
    };
    const body = compileBody(compiled, scope.title);
    const require = createRequire(join(this.folder, "cell.cjs"));
    const file = join(this.folder, "cell.ts");
    const stopped = (): void => settle();
    scope.abort.signal.addEventListener("abort", stopped, { once: true });
    try {
      await runAsCell(scope, () =>
        body(...this.helpers(runtime, file, scope), require, undefined, undefined, file, this.folder),
      );
    } finally {
      scope.abort.signal.removeEventListener("abort", stopped);
      settle();
    }
    const value = runtime.result;
    const result =
      value === undefined || value instanceof DisplayHandle ? undefined : runAsCell(scope, () => valueView(value));
    return { status: "ok", userExpressions: {}, ...(result ? { result } : {}) };
  }

  private async loadAll(specifiers: readonly string[], scope: CellRun): Promise<ReadonlyMap<string, LoadedModule>> {
    const loaded = new Map<string, LoadedModule>();
    for (const specifier of specifiers)
      loaded.set(specifier, await runAsCell(scope, () => this.imports.load(specifier)));
    return loaded;
  }

  private async runFile(
    path: string,
    source: string,
    compiled: CompiledCell,
    imports: ReadonlyMap<string, LoadedModule>,
    space: Record<string, unknown>,
  ): Promise<void> {
    rememberSource(path, compiled, source);
    const module = { exports: {} as unknown };
    const runtime: Runtime = {
      result: undefined,
      define: (bindings) => {
        for (const [name, [get]] of Object.entries(bindings))
          Object.defineProperty(space, name, { get, enumerable: true, configurable: true });
      },
      module: (specifier) => imports.get(specifier) as LoadedModule,
      pick: pickExport,
      exportAll: (other) => {
        for (const name of Object.keys(other["*"])) {
          if (name === "default" || name in space) continue;
          Object.defineProperty(space, name, { get: () => other["*"][name], enumerable: true, configurable: true });
        }
      },
    };
    const folder = join(path, "..");
    const body = compileBody(compiled, path);
    await body(...this.helpers(runtime, path, undefined), createRequire(path), module, module.exports, path, folder);
    if (compiled.module) return;
    const exports = module.exports;
    if ((typeof exports === "object" && exports !== null) || typeof exports === "function")
      Object.assign(space, exports);
    space["default"] = exports;
  }

  /** Values in the order of `runtimeParameters`. */
  private helpers(runtime: Runtime, path: string, scope: CellRun | undefined): unknown[] {
    const { tick, guard, each } = this.marks;
    const folder = join(path, "..");
    const load = async (specifier: unknown): Promise<unknown> =>
      (await this.imports.load(String(specifier), folder))["*"];
    const meta = {
      url: pathToFileURL(path).href,
      filename: path,
      dirname: folder,
      ...(scope ? { signal: scope.abort.signal } : {}),
    };
    return [this.names.record, runtime, tick, guard, each, load, meta];
  }
}

const extras = ["require", "module", "exports", "__filename", "__dirname"];
function compileBody(compiled: CompiledCell, title: string): Body {
  const strict = compiled.module ? '"use strict";' : "";
  const code = compiled.code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
  const script = new vm.Script(
    `(async function (${[...runtimeParameters, ...extras].join(", ")}) {${strict}\n${code}\n})`,
    { filename: title },
  );
  return script.runInThisContext() as Body;
}

/** Formats the user expressions of an execute request as Jupyter requires. */
export function userExpressionReply(outcome: ExecuteOutcome): Readonly<Record<string, unknown>> {
  if (outcome.status === "ok")
    return {
      status: "ok",
      data: outcome.result?.bundle ?? { "text/plain": "undefined" },
      metadata: outcome.result?.metadata ?? {},
    };
  const { ename, evalue, traceback }: CellFailure = outcome;
  return { status: "error", ename, evalue, traceback };
}

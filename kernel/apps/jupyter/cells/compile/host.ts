/**
 * Prepares tslab's converter for notebooks. The converter has no options, but it takes everything from the compiler
 * object that it shares with us. So the options, the emission of a cell and the watching of files are set on that
 * object:
 *
 * - the notebook's folder is the current directory (a worker cannot change its own);
 * - packages are resolved as usual, from the notebook's folder upwards; only missing ones among Tunebook's
 *   own dependencies (resolve.ts);
 * - a cell is emitted by our transformer, with a source map; the notebook's other files supply types only;
 * - the system watches no files: `refresh` checks the few that can change before each cell.
 */
import { join } from "node:path";
import type * as TypeScript from "typescript";
import { localsOf } from "./declarations.js";
import { findUnawaitedElements, withAwaitSuggested } from "./forgotten-await.js";
import { moduleTransformer, type ModuleFacts } from "./modules.js";
import { moduleResolver } from "./resolve.js";
import { libraryFolder, ts } from "./typescript.js";
import { readFileStamp } from "../../../../fetch/stamp.js";

/** Output for the last converted cell. */
export interface EmittedCell extends ModuleFacts {
  code: string;
  map: string;
  /** Declarations for the next cell, if the compiler could not write them ("cannot be named"). */
  declarations: string | undefined;
  /** Compiler failures, for the author of the cell. */
  readonly notes: readonly string[];
}
export interface CellCompilerHost {
  /** Set by each emission. */
  emitted: EmittedCell | undefined;
  /** Tells the compiler which files near the notebook changed since it read them. */
  refresh(): void;
}
type FileWatch = { readonly path: string; readonly changed: TypeScript.FileWatcherCallback; stamp: string | null };

/** Must be called before the converter is made; only one converter may exist at a time. */
export function prepareCompilerHost(folder: string, declarations: string): CellCompilerHost {
  const watched = new Set<FileWatch>();
  const ambient = join(folder, "__tunebook__.d.ts").replaceAll("\\", "/");
  const host: CellCompilerHost = {
    emitted: undefined,
    refresh() {
      for (const file of watched) {
        const now = readFileStamp(file.path);
        if (now === file.stamp) continue;
        file.stamp = now;
        file.changed(file.path, now === null ? ts.FileWatcherEventKind.Deleted : ts.FileWatcherEventKind.Changed);
      }
    },
  };
  const { sys } = ts;
  const system = { readFile: original(sys.readFile), fileExists: original(sys.fileExists) };
  sys.getCurrentDirectory = () => folder.replaceAll("\\", "/");
  sys.readFile = remember(
    (path: string, encoding?: string) => (path === ambient ? declarations : system.readFile.call(sys, path, encoding)),
    system.readFile,
  );
  sys.fileExists = remember((path: string) => path === ambient || system.fileExists.call(sys, path), system.fileExists);
  sys.watchFile = (path, changed) => {
    if (path.includes("/node_modules/") || path.startsWith(libraryFolder) || path === ambient)
      return { close: () => undefined };
    const watch: FileWatch = { path, changed, stamp: readFileStamp(path) };
    watched.add(watch);
    return { close: () => void watched.delete(watch) };
  };

  const open = ts as { -readonly [K in keyof typeof ts]: (typeof ts)[K] } & {
    getPreEmitDiagnosticsOfFiles(
      program: TypeScript.Program,
      files: readonly TypeScript.SourceFile[],
    ): readonly TypeScript.Diagnostic[];
  };
  const createHost = original(open.createWatchCompilerHost) as unknown as (
    ...hostArgs: unknown[]
  ) => TypeScript.WatchCompilerHostOfFilesAndCompilerOptions<TypeScript.BuilderProgram>;
  const create = (files: string[], options: TypeScript.CompilerOptions, ...rest: unknown[]): unknown => {
    const made = createHost([...files, ambient], { ...options, ...cellOptions() }, ...rest);
    made.watchDirectory = () => ({ close: () => undefined });
    made.resolveModuleNameLiterals = moduleResolver(folder);
    let made1: ((program: TypeScript.BuilderProgram) => void) | undefined;
    Object.defineProperty(made, "afterProgramCreate", {
      get: () => made1,
      set: (f: (program: TypeScript.BuilderProgram) => void) => {
        made1 = (program) => f(cellProgram(program, host));
      },
    });
    return made;
  };
  open.createWatchCompilerHost = remember(create, createHost) as unknown as typeof open.createWatchCompilerHost;
  // Drops diagnostics that concern only a cell's declaration file, which its author cannot change.
  open.getPreEmitDiagnosticsOfFiles = (program, files) =>
    ts
      .sortAndDeduplicateDiagnostics([
        ...program.getOptionsDiagnostics(),
        ...program.getGlobalDiagnostics(),
        ...files.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
        ...files.flatMap((file) => findUnawaitedElements(file, program.getTypeChecker())),
      ])
      .filter((d) => !ofNoInterest(d.code))
      .map(withAwaitSuggested);
  return host;
}

/**
 * Filters diagnostics about a cell's declaration file ("has or is using private name .."), which its author cannot
 * change. Files may be imported with their extension; the option that allows it makes the compiler's type printer fail.
 */
function ofNoInterest(code: number): boolean {
  return (
    (code >= 4000 && code < 4200 && code !== 4111 && code !== 4112 && code !== 4113 && code !== 4114) ||
    code === 2742 ||
    code === 5097 ||
    code === 7056
  );
}

function cellOptions(): TypeScript.CompilerOptions {
  return {
    sourceMap: true,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ["node"],
    checkJs: false,
    lib: ["lib.es2023.d.ts"],
    types: ["node"],
  };
}

/** The program that the converter sees: it checks and emits only the cell itself, with our transformer. */
function cellProgram(program: TypeScript.BuilderProgram, host: CellCompilerHost): TypeScript.BuilderProgram {
  return Object.create(program, {
    getAllDependencies: { value: (file: TypeScript.SourceFile) => [file.fileName] },
    emit: {
      value: (
        file: TypeScript.SourceFile,
        write: TypeScript.WriteFileCallback,
        cancel: undefined,
        declarationsOnly: undefined,
        transformers: TypeScript.CustomTransformers,
      ): TypeScript.EmitResult => {
        const checker = program.getProgram().getTypeChecker();
        const facts: ModuleFacts = { imports: new Set(), defines: new Set(), module: false };
        const { parent } = file as { readonly parent?: TypeScript.Node };
        const earlier = parent && localsOf(parent);
        const isPrior = (node: TypeScript.Identifier, shorthand?: TypeScript.ShorthandPropertyAssignment): boolean => {
          const known = earlier?.get(node.text);
          if (!known) return false;
          const symbol = shorthand
            ? checker.getShorthandAssignmentValueSymbol(shorthand)
            : checker.getSymbolAtLocation(node);
          return symbol === known;
        };
        let code = "";
        let map = "";
        let declared = false;
        const keep: TypeScript.WriteFileCallback = (path, text, ...rest) => {
          if (path.endsWith(".js.map")) map = text;
          else if (path.endsWith(".js")) code = text;
          else if (path.endsWith(".d.ts")) declared = true;
          write(path, text, ...rest);
        };
        const after = [moduleTransformer({ cell: true, isPrior }, facts)];
        const notes: string[] = [];
        let result: TypeScript.EmitResult = { emitSkipped: false, diagnostics: [] };
        try {
          result = program.emit(file, keep, cancel, declarationsOnly, { ...transformers, after });
        } catch (error) {
          // The code is printed before the declarations, so the failure was in printing a type.
          if (code === "") throw error;
          declared = false;
        }
        const declarations = declared ? undefined : spelled(file, checker, notes);
        host.emitted = { ...facts, code, map, declarations, notes };
        return result;
      },
    },
  }) as TypeScript.BuilderProgram;
}

/**
 * Writes declarations with the checker, one name at a time: less exact than the compiler's own, but always possible. A
 * type on which the compiler fails becomes `any`.
 */
function spelled(file: TypeScript.SourceFile, checker: TypeScript.TypeChecker, notes: string[]): string {
  const flags =
    ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseFullyQualifiedType | ts.TypeFormatFlags.InTypeAlias;
  const lines: string[] = file.statements
    .filter((s) => ts.isInterfaceDeclaration(s) || ts.isTypeAliasDeclaration(s) || ts.isImportDeclaration(s))
    .map((s) => s.getText(file));
  for (const [name, symbol] of localsOf(file)) {
    if (!(symbol.flags & ts.SymbolFlags.Value)) continue;
    const declaration = symbol.valueDeclaration ?? file;
    const isConst = ts.isVariableDeclaration(declaration) && (declaration.parent.flags & ts.NodeFlags.Const) !== 0;
    let type = "any";
    try {
      type = checker.typeToString(checker.getTypeOfSymbolAtLocation(symbol, declaration), undefined, flags);
    } catch (error) {
      notes.push(
        `the TypeScript compiler failed at the type of \`${name}\` (${typescriptFailureLine(error)}): it is any from here on`,
      );
    }
    lines.push(`declare ${isConst ? "const" : "let"} ${name}: ${type};`);
  }
  return `${lines.join("\n")}\n`;
}

/** Formats a failure of the compiler as one line. */
export function typescriptFailureLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

/** Saves the function that was replaced, so that a second `prepareCompilerHost` does not wrap the first. */
const replaced = Symbol("replaced");
function remember<F extends object>(made: F, instead: object): F {
  return Object.assign(made, { [replaced]: instead });
}
function original<F extends object>(f: F): F {
  return (f as { [replaced]?: F })[replaced] ?? f;
}

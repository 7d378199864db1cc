/**
 * Compiles TypeScript cells to runnable code, and answers requests about text being typed. It knows earlier cells'
 * declarations. It connects the interpreter (which runs the code) to tslab's converter, and lives in the assistant's
 * worker.
 */
import type * as TypeScript from "typescript";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { CompletionReply, CodeCompletenessReply, InspectionReply } from "../../../../assist/answers.js";
import { cellCompileErrorsOf, type CellCompileError } from "./complaints.js";
import { prepareCompilerHost, typescriptFailureLine, type EmittedCell, type CellCompilerHost } from "./host.js";
import { moduleTransformer, type ModuleFacts } from "./modules.js";
import { newerLibraryDeclarations } from "./newer-library.js";
import { withPropertyNote } from "./properties.js";
import { createTslabConverter, ts, type TslabConverter, type TslabDiagnostic } from "./typescript.js";
import { compileUntyped } from "./untyped-cells.js";

/** Code to be called with `runtimeParameters`. */
export interface CompiledCell {
  readonly code: string;
  /** Source map (JSON) from `code` to the source. */
  readonly map: string;
  /** Lines of the mapped source before the author's text. */
  readonly linesBefore: number;
  readonly imports: readonly string[];
  readonly defines: readonly string[];
  /** True for a file with `import` or `export`; false for CommonJS. */
  readonly module: boolean;
  /** Additional notes for the author. */
  readonly notes: readonly string[];
}
export type Conversion =
  | { readonly compiled: CompiledCell }
  | { readonly complaints: readonly CellCompileError[] }
  | { readonly clashes: readonly string[] };

/** Declarations of all cells so far. */
export interface DeclaredState {
  readonly declarations: string;
  readonly names: readonly string[];
}
interface Attempt {
  readonly declOutput?: string;
  readonly diagnostics: readonly TslabDiagnostic[];
}

/** Maximum errors explained, as each explanation looks up all names at its position. */
const mostExplained = 20;
const prefixLines = 1; // the converter puts `export {};` before each source

export class Converter {
  private readonly host: CellCompilerHost;
  private tslab: TslabConverter;
  /** Declarations of earlier TypeScript cells. */
  private declared: string;
  private pending: string | undefined;
  private pendingNames: ReadonlySet<string> = new Set();
  private readonly defined = new Set<string>();
  /** Names defined by Tune, with the text of their types. */
  private tune: ReadonlyMap<string, string> = new Map();

  /** `declarations` are ambient; `before`: the last result of `commit`, for a notebook that continues. */
  constructor(folder: string, declarations: string, before?: DeclaredState) {
    this.declared = before?.declarations ?? "";
    for (const name of before?.names ?? []) this.defined.add(name);
    this.host = prepareCompilerHost(folder, newerLibraryDeclarations() + declarations);
    this.tslab = createTslabConverter();
  }

  /** Reads the library declarations in advance, so that the first cell need not wait. */
  warm(): void {
    this.convert("const warm: string = [1].map(String).join();");
    this.pending = undefined;
  }

  setTune(names: ReadonlyMap<string, string>): void {
    this.tune = names;
  }

  /**
   * Compiles a cell: returns code, all errors, or the Tune names that it would redefine. `commit` publishes its
   * declarations.
   */
  convert(source: string): Conversion {
    this.pending = undefined;
    const code = withoutExports(source);
    let result: Attempt;
    try {
      result = this.attempt(code);
      if (result.diagnostics.some((d) => d.code === 2307)) {
        // a package or file may have been added since the compiler looked for it
        this.afresh();
        result = this.attempt(code);
      }
    } catch (error) {
      // The failure may have left the compiler in any state.
      this.afresh();
      result = this.untyped(code, typescriptFailureLine(error));
    }
    const { emitted } = this.host;
    if (result.diagnostics.length > 0 || !emitted)
      return { complaints: cellCompileErrorsOf(result.diagnostics, source) };
    const clashes = [...emitted.defines].filter((name) => this.tune.has(name));
    if (clashes.length > 0) return { clashes };
    const written =
      emitted.declarations === undefined
        ? (result.declOutput ?? "")
        : emitted.declarations + (result.declOutput ?? "").replace(/^undefined/, "");
    this.pending = this.withoutTune(written);
    this.pendingNames = emitted.defines;
    return {
      compiled: {
        code: emitted.code,
        map: emitted.map,
        linesBefore: prefixLines,
        imports: [...emitted.imports],
        defines: [...emitted.defines],
        module: true,
        notes: emitted.notes,
      },
    };
  }
  private afresh(): void {
    this.tslab.close();
    this.tslab = createTslabConverter();
  }
  /** Compiles the cell without types after the compiler failed; fails if that is impossible too. */
  private untyped(code: string, why: string): Attempt {
    let emitted: EmittedCell | undefined;
    try {
      emitted = compileUntyped(code, [...this.defined, ...this.tune.keys()]);
    } catch {
      emitted = undefined;
    }
    if (!emitted) throw new CodedError("compiler-failed", { why });
    const note = `the TypeScript compiler failed (${why}): the types of this cell are not checked, and its names have the type any`;
    this.host.emitted = { ...emitted, notes: [note] };
    // Earlier declarations remain, except for names that the cell declares again.
    return { declOutput: this.without(this.declared, emitted.defines), diagnostics: [] };
  }
  private attempt(code: string): Attempt {
    this.host.emitted = undefined;
    this.host.refresh();
    return this.tslab.convert(this.previous(), code);
  }

  /** Compiler errors of a converted source, with notes on unknown properties. */
  explained(
    complaints: readonly CellCompileError[],
    source: string,
    verbs: readonly string[],
  ): readonly CellCompileError[] {
    const completionsAt = (offset: number, length: number): readonly string[] => {
      const without = source.slice(0, offset) + source.slice(offset + length);
      return this.complete(without, offset).matches.map(({ text }) => text);
    };
    const names = { completionsAt: completionsAt, verbs, isTune: (name: string) => this.tune.has(name) };
    return complaints.map((one, i) => (i < mostExplained ? withPropertyNote(one, source, names) : one));
  }

  /** Publishes the declarations of the last converted cell. */
  commit(): DeclaredState {
    if (this.pending !== undefined) {
      this.declared = this.pending;
      for (const name of this.pendingNames) this.defined.add(name);
      this.pending = undefined;
    }
    return { declarations: this.declared, names: [...this.defined] };
  }
  /** Names declared by TypeScript cells. */
  names(): readonly string[] {
    return [...this.defined];
  }

  /** Types of these names as the compiler writes them, for variables. */
  types(): Readonly<Record<string, string>> {
    const file = ts.createSourceFile("declarations.d.ts", this.declared, ts.ScriptTarget.ES2022, true);
    const spelled = (type: TypeScript.TypeNode): string => type.getText(file).replace(/\s+/g, " ");
    return Object.fromEntries(
      file.statements
        .filter((statement) => ts.isVariableStatement(statement))
        .flatMap(({ declarationList }) => declarationList.declarations)
        .flatMap(({ name, type }) => (type && ts.isIdentifier(name) ? [[name.text, spelled(type).slice(0, 80)]] : [])),
    );
  }

  /** Compiles a single file of the notebook's folder (TypeScript or JavaScript) without type checks. */
  compileFile(path: string, text: string): Conversion {
    const facts: ModuleFacts = { imports: new Set(), defines: new Set(), module: false };
    const output = ts.transpileModule(text, {
      fileName: path,
      reportDiagnostics: true,
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2022,
        esModuleInterop: true,
        experimentalDecorators: true,
        jsx: ts.JsxEmit.React,
        sourceMap: true,
        allowJs: true,
      },
      transformers: { after: [moduleTransformer({ cell: false, isPrior: () => false }, facts)] },
    });
    const wrong = (output.diagnostics ?? []).flatMap((d): TslabDiagnostic[] => {
      if (!d.file || d.category !== ts.DiagnosticCategory.Error) return [];
      const place = (offset: number) => ({
        offset,
        ...ts.getLineAndCharacterOfPosition(d.file as TypeScript.SourceFile, offset),
      });
      const start = d.start ?? 0;
      return [
        {
          start: place(start),
          end: place(start + (d.length ?? 0)),
          messageText: ts.flattenDiagnosticMessageText(d.messageText, " "),
          category: d.category,
          code: d.code,
        },
      ];
    });
    if (wrong.length > 0) return { complaints: cellCompileErrorsOf(wrong, text) };
    return {
      compiled: {
        code: output.outputText,
        map: output.sourceMapText ?? "",
        linesBefore: 0,
        imports: [...facts.imports],
        defines: [...facts.defines],
        module: facts.module,
        notes: [],
      },
    };
  }

  complete(source: string, offset: number): CompletionReply {
    const found = this.tslab.complete(this.previous(), source, offset);
    const kinds = new Map(found.original?.entries.map((e) => [e.name, kindOf(e.kind)]));
    const matches = found.candidates.map((text) => ({ text, type: kinds.get(text) ?? "" }));
    return { matches, start: found.start, end: found.end };
  }

  inspect(source: string, offset: number): InspectionReply {
    const info =
      this.tslab.inspect(this.previous(), source, offset) ??
      (offset > 0 ? this.tslab.inspect(this.previous(), source, offset - 1) : undefined);
    if (!info) return { found: false, bundle: {} };
    const signature = text(info.displayParts);
    const doc = text(info.documentation);
    const tags = (info.tags ?? []).map((t) => `@${t.name} ${text(t.text)}`.trim());
    const plain = [signature, doc, ...tags].filter((t) => t !== "").join("\n\n");
    const markdown = ["```ts\n" + signature + "\n```", doc, ...tags.map((t) => `_${t}_`)]
      .filter((t) => t !== "")
      .join("\n\n");
    return { found: true, bundle: { "text/plain": plain, "text/markdown": markdown } };
  }

  isComplete(source: string): CodeCompletenessReply {
    return completeness(source);
  }

  close(): void {
    this.tslab.close();
  }

  private previous(): string {
    return this.declared + [...this.tune].map(([name, type]) => `declare const ${name}: ${type};\n`).join("");
  }
  /** Removes Tune names from the declarations, which the converter repeats; we supply them anew each time. */
  private withoutTune(declarations: string): string {
    return this.without(declarations, this.tune);
  }
  private without(declarations: string, names: { has(name: string): boolean; readonly size: number }): string {
    if (names.size === 0) return declarations;
    const file = ts.createSourceFile("declarations.d.ts", declarations, ts.ScriptTarget.ES2022, true);
    const among = (name: TypeScript.Node | undefined): boolean =>
      name !== undefined && ts.isIdentifier(name) && names.has(name.text);
    const isOfThem = (s: TypeScript.Statement): boolean =>
      ts.isVariableStatement(s)
        ? s.declarationList.declarations.some((d) => among(d.name))
        : (ts.isFunctionDeclaration(s) || ts.isClassDeclaration(s) || ts.isEnumDeclaration(s)) && among(s.name);
    return file.statements
      .filter((s) => !isOfThem(s))
      .map((s) => `${s.getText(file)}\n`)
      .join("");
  }
}

/** Blanks `export` before declarations, as all names of a cell are exported anyway; blanks preserve the offsets. */
function withoutExports(source: string): string {
  if (!/(^|[\n;])[ \t]*export\s/.test(source)) return source;
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);
  let text = source;
  for (const statement of file.statements) {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (modifiers.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword)) continue;
    for (const m of modifiers) {
      if (m.kind !== ts.SyntaxKind.ExportKeyword) continue;
      const start = m.getStart(file);
      text = text.slice(0, start) + " ".repeat(m.end - start) + text.slice(m.end);
    }
  }
  return text;
}

/** Reports whether code is complete or what is missing at its end; Jupyter's console requests this at each Enter. */
function completeness(source: string): CodeCompletenessReply {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true) as TypeScript.SourceFile & {
    parseDiagnostics: readonly TypeScript.Diagnostic[];
  };
  const problems = file.parseDiagnostics;
  if (problems.length === 0) return { status: "complete" };
  const end = source.trimEnd().length;
  const unterminatedString = 1002;
  const unterminated = new Set([1010, 1160]); // comment, template
  const open = problems.some(
    (d) => unterminated.has(d.code) || ((d.start ?? 0) >= end && d.code !== unterminatedString),
  );
  if (!open || problems.some((d) => d.code === unterminatedString)) return { status: "invalid" };
  return { status: "incomplete", indent: indentAfter(source) };
}
function indentAfter(source: string): string {
  const line = source.trimEnd().split("\n").at(-1) ?? "";
  const now = /^\s*/.exec(line)?.[0] ?? "";
  return /[{([]\s*$/.test(line) || /=>\s*$/.test(line) ? `${now}  ` : now;
}

function text(parts: readonly { readonly text: string }[] | undefined): string {
  return (parts ?? []).map((p) => p.text).join("");
}
/** Maps TypeScript's symbol kinds to the names that JupyterLab has colours for. */
function kindOf(kind: string): string {
  const kinds: Readonly<Record<string, string>> = {
    "local function": "function",
    method: "function",
    getter: "property",
    setter: "property",
    const: "instance",
    let: "instance",
    var: "instance",
    "local var": "instance",
    alias: "module",
  };
  return kinds[kind] ?? kind;
}

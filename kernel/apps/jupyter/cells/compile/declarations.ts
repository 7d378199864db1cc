/** Names that a cell or a file declares for later cells: everything at its top level that has a value. */
import type * as TypeScript from "typescript";
import { ts } from "./typescript.js";

const open = ts as typeof ts & {
  bindSourceFile(file: TypeScript.SourceFile, options: TypeScript.CompilerOptions): void;
};

/** Returns the names in text order. For invalid TypeScript, those that could be parsed. */
export function namesDeclaredBy(source: string): readonly string[] {
  // A module's `locals` contain all declarations, including hoisted `var`s.
  const file = ts.createSourceFile("cell.ts", `export {};\n${source}`, ts.ScriptTarget.ES2022, true);
  open.bindSourceFile(file, { target: ts.ScriptTarget.ES2022 });
  return [...localsOf(file)].flatMap(([name, symbol]) => (hasValue(exportOf(symbol)) ? [name] : []));
}

type Locals = ReadonlyMap<string, TypeScript.Symbol>;
/** Symbols declared at the top level of a bound source file, by name. TypeScript's published types leave them out. */
export function localsOf(file: TypeScript.Node): Locals {
  return (file as TypeScript.Node & { readonly locals?: Locals }).locals ?? new Map();
}

/** A name that is declared and exported at once is bound as the export. */
function exportOf(symbol: TypeScript.Symbol): TypeScript.Symbol {
  return (symbol as { exportSymbol?: TypeScript.Symbol }).exportSymbol ?? symbol;
}
function hasValue({ flags, declarations = [] }: TypeScript.Symbol): boolean {
  if ((flags & ts.SymbolFlags.Alias) !== 0) return declarations.some((d) => !ts.isTypeOnlyImportOrExportDeclaration(d));
  return (flags & ts.SymbolFlags.Value) !== 0;
}

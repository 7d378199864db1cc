/** One source file as the counters see it: parsed once, with its imports and exported types. */
import { dirname, join } from "node:path";
import ts from "typescript";

/** A place that a figure counts. Lines start at 1; without a line, the place is the file. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  /** Describes what is counted at the place. */
  readonly what?: string;
}

export interface Import {
  /** Path from the root, or the name of a package. */
  readonly target: string;
  /** Imported names, as the target exports them; null for all names. */
  readonly names: readonly string[] | null;
}

export interface SourceFile {
  readonly file: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  /** Static imports, of values and types. */
  readonly imports: readonly Import[];
  /** `export … from`: exported name → target; `*` for all names, which may have several targets. */
  readonly reExports: readonly (readonly [name: string, target: string])[];
}

export function parseSource(file: string, text: string): SourceFile {
  const options = { languageVersion: ts.ScriptTarget.ES2023, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
  const tree = ts.createSourceFile(file, text, options, true);
  const reExports = tree.statements.flatMap((statement) => reExportsOf(file, statement));
  return { file, text, tree, reExports, imports: [...staticImports(file, tree), ...importTypes(file, text, tree)] };
}

/** Resolves a specifier to a path from the root (`#dsl/a.js` and `./a.js` → `dsl/a.ts`). */
export function resolveImport(file: string, specifier: string): string {
  const source = specifier.replace(/\.js$/, ".ts");
  if (source.startsWith("#platform/")) return `stdlib/platform/${source.slice("#platform/".length)}`;
  if (source.startsWith("#")) return source.slice(1);
  return source.startsWith(".") ? join(dirname(file), source) : specifier;
}

function targetOf(file: string, specifier: ts.Expression | undefined): string | null {
  return specifier && ts.isStringLiteral(specifier) ? resolveImport(file, specifier.text) : null;
}

function staticImports(file: string, tree: ts.SourceFile): Import[] {
  return tree.statements.flatMap((statement): Import[] => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const target = targetOf(file, statement.moduleSpecifier);
    if (target === null) return [];
    const names = ts.isImportDeclaration(statement) ? importedNames(statement) : exportedNames(statement);
    return [{ target, names }];
  });
}
function importedNames({ importClause }: ts.ImportDeclaration): readonly string[] | null {
  if (!importClause) return [];
  const bindings = importClause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) return null;
  const named = bindings ? bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text) : [];
  return importClause.name ? ["default", ...named] : named;
}
function exportedNames({ exportClause }: ts.ExportDeclaration): readonly string[] | null {
  if (!exportClause || !ts.isNamedExports(exportClause)) return null;
  return exportClause.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}
function reExportsOf(file: string, statement: ts.Statement): (readonly [string, string])[] {
  if (!ts.isExportDeclaration(statement)) return [];
  const target = targetOf(file, statement.moduleSpecifier);
  if (target === null) return [];
  const { exportClause } = statement;
  if (!exportClause || !ts.isNamedExports(exportClause)) return [["*", target]];
  return exportClause.elements.map(({ name }) => [name.text, target] as const);
}

/** Returns imports in types, such as `import("./a.js").A`. */
function importTypes(file: string, text: string, tree: ts.SourceFile): Import[] {
  if (!text.includes("import(")) return [];
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const { literal } = node.argument;
      const target = ts.isStringLiteral(literal) ? resolveImport(file, literal.text) : null;
      if (target !== null) found.push({ target, names: node.qualifier ? [node.qualifier.getText(tree)] : null });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/**
 * Module syntax as plain statements of an async function. Imports become `const` bindings of what the loader fetched
 * before the code starts (`__cell.module(specifier)`), so that names keep their spelling; exports become getters that are
 * given to `__cell.define` before anything runs, so that what a cell assigned before it was stopped stays visible.
 */
import type * as TypeScript from "typescript";
import { rewriter, type RewriteOptions } from "./rewrite.js";
import { ts } from "./typescript.js";

/** What the printed code needs and gives. */
export interface ModuleFacts {
  /** Specifiers to load before it runs, in the order of the source. */
  readonly imports: Set<string>;
  /** Names that it defines. */
  readonly defines: Set<string>;
  /** True if it holds import or export statements. */
  module: boolean;
}

/** An `after` transformer. `cell`: the last expression statement is kept as the result, and exports of names are definitions of the cell. */
export function moduleTransformer(
  options: RewriteOptions & { readonly cell: boolean },
  facts: ModuleFacts,
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return (context) => (file) => {
    const f = context.factory;
    const visit = rewriter(context, options);
    const statement = (node: TypeScript.Statement): TypeScript.Statement => visit(node) as TypeScript.Statement;
    const identifier = (name: string): TypeScript.Identifier => f.createIdentifier(name);
    const cell = (method: string, ...of: TypeScript.Expression[]): TypeScript.CallExpression =>
      f.createCallExpression(f.createPropertyAccessExpression(identifier("__cell"), method), undefined, of);
    const constant = (name: string, value: TypeScript.Expression): TypeScript.Statement =>
      f.createVariableStatement(
        undefined,
        f.createVariableDeclarationList(
          [f.createVariableDeclaration(name, undefined, undefined, value)],
          ts.NodeFlags.Const,
        ),
      );
    const member = (of: TypeScript.Expression, name: string): TypeScript.Expression =>
      f.createElementAccessExpression(of, f.createStringLiteral(name));

    const imports: TypeScript.Statement[] = [];
    const body: TypeScript.Statement[] = [];
    /** Exported name → expression that reads it now, and the local name behind it where it can be assigned. */
    const exported = new Map<string, { readonly read: TypeScript.Expression; readonly local?: string }>();
    const constants = new Set<string>();
    let modules = 0;

    function load(specifier: string, node: TypeScript.Node): TypeScript.Identifier {
      facts.imports.add(specifier);
      const name = `__module${modules++}`;
      imports.push(ts.setSourceMapRange(constant(name, cell("module", f.createStringLiteral(specifier))), node));
      return identifier(name);
    }
    function addImport(node: TypeScript.ImportDeclaration): void {
      const from = load((node.moduleSpecifier as TypeScript.StringLiteral).text, node);
      const clause = node.importClause;
      const bind = (local: string, value: TypeScript.Expression): void => {
        constants.add(local);
        imports.push(ts.setSourceMapRange(constant(local, value), node));
      };
      const pick = (name: string): TypeScript.Expression => cell("pick", from, f.createStringLiteral(name));
      if (clause?.name) bind(clause.name.text, pick("default"));
      const named = clause?.namedBindings;
      if (named && ts.isNamespaceImport(named)) bind(named.name.text, member(from, "*"));
      if (named && ts.isNamedImports(named))
        for (const e of named.elements) bind(e.name.text, pick((e.propertyName ?? e.name).text));
    }
    function addExport(node: TypeScript.ExportDeclaration): void {
      const from = node.moduleSpecifier && load((node.moduleSpecifier as TypeScript.StringLiteral).text, node);
      const clause = node.exportClause;
      if (from && !clause) body.push(f.createExpressionStatement(cell("exportAll", from)));
      else if (clause && ts.isNamespaceExport(clause))
        exported.set(clause.name.text, { read: member(from ?? identifier("undefined"), "*") });
      else if (clause)
        for (const e of clause.elements) {
          const local = (e.propertyName ?? e.name).text;
          exported.set(
            e.name.text,
            from ? { read: cell("pick", from, f.createStringLiteral(local)) } : { read: identifier(local), local },
          );
        }
    }
    function noteConstants(node: TypeScript.Statement): void {
      if (ts.isVariableStatement(node) && node.declarationList.flags & ts.NodeFlags.Const)
        for (const d of node.declarationList.declarations) for (const n of bound(d.name)) constants.add(n);
    }
    /** The statement without `export`; its names are noted. */
    function unexported(node: TypeScript.Statement): TypeScript.Statement {
      const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
      if (!modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)) return node;
      facts.module = true;
      const isDefault = modifiers.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword);
      const kept = modifiers.filter(
        (m) => m.kind !== ts.SyntaxKind.ExportKeyword && m.kind !== ts.SyntaxKind.DefaultKeyword,
      );
      const note = (name: TypeScript.Identifier | undefined): TypeScript.Identifier => {
        const local = name ?? identifier("__default");
        exported.set(isDefault ? "default" : local.text, { read: identifier(local.text), local: local.text });
        return local;
      };
      if (ts.isVariableStatement(node)) {
        for (const d of node.declarationList.declarations)
          for (const n of bound(d.name)) exported.set(n, { read: identifier(n), local: n });
        return f.updateVariableStatement(node, kept, node.declarationList);
      }
      if (ts.isFunctionDeclaration(node))
        return f.updateFunctionDeclaration(
          node,
          kept,
          node.asteriskToken,
          note(node.name),
          node.typeParameters,
          node.parameters,
          node.type,
          node.body,
        );
      if (ts.isClassDeclaration(node))
        return f.updateClassDeclaration(
          node,
          kept,
          note(node.name),
          node.typeParameters,
          node.heritageClauses,
          node.members,
        );
      return node;
    }

    const last = options.cell ? lastExpression(file) : undefined;
    for (const node of file.statements) {
      const isModuleSyntax =
        ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isExportAssignment(node);
      if (isModuleSyntax && node.pos >= 0) facts.module = true; // the compiler adds an `export {}` of its own
      if (ts.isImportDeclaration(node)) addImport(node);
      else if (ts.isExportDeclaration(node)) addExport(node);
      else if (ts.isExportAssignment(node)) {
        exported.set("default", { read: identifier("__default") });
        body.push(ts.setTextRange(constant("__default", visit(node.expression) as TypeScript.Expression), node));
      } else if (node === last) {
        const value = visit(last.expression) as TypeScript.Expression;
        const kept = f.createAssignment(
          f.createPropertyAccessExpression(identifier("__cell"), "result"),
          f.createParenthesizedExpression(value),
        );
        body.push(ts.setTextRange(f.createExpressionStatement(kept), node));
      } else {
        const plain = unexported(node);
        noteConstants(plain);
        body.push(statement(plain));
      }
    }
    for (const name of exported.keys()) facts.defines.add(name);
    const entries = [...exported].map(([name, { read, local }]) => {
      const get = f.createArrowFunction(undefined, undefined, [], undefined, undefined, read);
      const value = f.createParameterDeclaration(undefined, undefined, "__v");
      const set =
        local === undefined || constants.has(local)
          ? []
          : [
              f.createArrowFunction(
                undefined,
                undefined,
                [value],
                undefined,
                undefined,
                f.createBlock([f.createExpressionStatement(f.createAssignment(identifier(local), identifier("__v")))]),
              ),
            ];
      return f.createPropertyAssignment(f.createStringLiteral(name), f.createArrayLiteralExpression([get, ...set]));
    });
    const define = entries.length
      ? [f.createExpressionStatement(cell("define", f.createObjectLiteralExpression(entries)))]
      : [];
    return f.updateSourceFile(file, [...define, ...imports, ...body]);
  };
}

/** The names that a binding pattern binds. */
function bound(name: TypeScript.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((e) => (ts.isBindingElement(e) ? bound(e.name) : []));
}
function lastExpression(file: TypeScript.SourceFile): TypeScript.ExpressionStatement | undefined {
  for (let i = file.statements.length - 1; i >= 0; i--) {
    const node = file.statements[i];
    if (node && ts.isExportDeclaration(node)) continue;
    return node && ts.isExpressionStatement(node) ? node : undefined;
  }
  return undefined;
}

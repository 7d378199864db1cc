/**
 * Rewrites module syntax to plain statements of an async function. Imports become `const` bindings of modules that the
 * loader fetched in advance (`__cell.module(specifier)`), so that names keep their spelling. Exports become getters
 * that are passed to `__cell.define` before anything runs, so that assignments of a stopped cell remain visible.
 */
import type * as TypeScript from "typescript";
import { rewriter, type RewriteOptions } from "./rewrite.js";
import { ts } from "./typescript.js";

/** Imports and definitions of the printed code. */
export interface ModuleFacts {
  /** Specifiers to load before it runs, in source order. */
  readonly imports: Set<string>;
  readonly defines: Set<string>;
  /** True if it has import or export statements. */
  module: boolean;
}

/**
 * An `after` transformer. `cell`: the last expression statement becomes the result, and exported names are the cell's
 * definitions.
 */
export function moduleTransformer(
  options: RewriteOptions & { readonly cell: boolean },
  facts: ModuleFacts,
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return (context) => (file) => new ModuleRewriting(context, options, facts).rewriteFile(file);
}

/** Expression that reads an exported name, and its local name if it can be assigned. */
interface Exported {
  readonly read: TypeScript.Expression;
  readonly local?: string;
}

/** Rewrites one file: the imports to bind first, the remaining statements, and the exported names. */
class ModuleRewriting {
  private readonly f: TypeScript.NodeFactory;
  private readonly visit: ReturnType<typeof rewriter>;
  private readonly imports: TypeScript.Statement[] = [];
  private readonly body: TypeScript.Statement[] = [];
  private readonly exported = new Map<string, Exported>();
  private readonly constants = new Set<string>();
  private modules = 0;

  constructor(
    context: TypeScript.TransformationContext,
    private readonly options: RewriteOptions & { readonly cell: boolean },
    private readonly facts: ModuleFacts,
  ) {
    this.f = context.factory;
    this.visit = rewriter(context, options);
  }

  rewriteFile(file: TypeScript.SourceFile): TypeScript.SourceFile {
    const last = this.options.cell ? lastExpression(file) : undefined;
    for (const node of file.statements) {
      const isModuleSyntax =
        ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isExportAssignment(node);
      if (isModuleSyntax && node.pos >= 0) this.facts.module = true; // the compiler adds an `export {}` of its own
      if (ts.isImportDeclaration(node)) this.addImport(node);
      else if (ts.isExportDeclaration(node)) this.addExport(node);
      else if (ts.isExportAssignment(node)) this.addDefault(node);
      else if (node === last) this.keep(last);
      else this.addPlain(node);
    }
    for (const name of this.exported.keys()) this.facts.defines.add(name);
    return this.f.updateSourceFile(file, [...this.definitions(), ...this.imports, ...this.body]);
  }

  private addImport(node: TypeScript.ImportDeclaration): void {
    const { f } = this;
    const from = this.load((node.moduleSpecifier as TypeScript.StringLiteral).text, node);
    const clause = node.importClause;
    const bind = (local: string, value: TypeScript.Expression): void => {
      this.constants.add(local);
      this.imports.push(ts.setSourceMapRange(this.constant(local, value), node));
    };
    const pick = (name: string): TypeScript.Expression => this.cell("pick", from, f.createStringLiteral(name));
    if (clause?.name) bind(clause.name.text, pick("default"));
    const named = clause?.namedBindings;
    if (named && ts.isNamespaceImport(named)) bind(named.name.text, this.member(from, "*"));
    if (named && ts.isNamedImports(named))
      for (const e of named.elements) bind(e.name.text, pick((e.propertyName ?? e.name).text));
  }

  private addExport(node: TypeScript.ExportDeclaration): void {
    const { f, exported } = this;
    const from = node.moduleSpecifier && this.load((node.moduleSpecifier as TypeScript.StringLiteral).text, node);
    const clause = node.exportClause;
    if (from && !clause) this.body.push(f.createExpressionStatement(this.cell("exportAll", from)));
    else if (clause && ts.isNamespaceExport(clause))
      exported.set(clause.name.text, { read: this.member(from ?? f.createIdentifier("undefined"), "*") });
    else if (clause)
      for (const e of clause.elements) {
        const local = (e.propertyName ?? e.name).text;
        exported.set(
          e.name.text,
          from
            ? { read: this.cell("pick", from, f.createStringLiteral(local)) }
            : { read: f.createIdentifier(local), local },
        );
      }
  }

  private addDefault(node: TypeScript.ExportAssignment): void {
    this.exported.set("default", { read: this.f.createIdentifier("__default") });
    const value = this.visit(node.expression) as TypeScript.Expression;
    this.body.push(ts.setTextRange(this.constant("__default", value), node));
  }

  /** Makes the value of the last expression the cell's result. */
  private keep(last: TypeScript.ExpressionStatement): void {
    const { f } = this;
    const value = this.visit(last.expression) as TypeScript.Expression;
    const assignment = f.createAssignment(
      f.createPropertyAccessExpression(f.createIdentifier("__cell"), "result"),
      f.createParenthesizedExpression(value),
    );
    this.body.push(ts.setTextRange(f.createExpressionStatement(assignment), last));
  }

  private addPlain(node: TypeScript.Statement): void {
    const plain = this.unexported(node);
    if (ts.isVariableStatement(plain) && plain.declarationList.flags & ts.NodeFlags.Const)
      for (const d of plain.declarationList.declarations) for (const n of bound(d.name)) this.constants.add(n);
    this.body.push(this.visit(plain) as TypeScript.Statement);
  }

  /** Returns the statement without `export`, and records its names. */
  private unexported(node: TypeScript.Statement): TypeScript.Statement {
    const { f } = this;
    const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
    if (!modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)) return node;
    this.facts.module = true;
    const isDefault = modifiers.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword);
    const remaining = modifiers.filter(
      (m) => m.kind !== ts.SyntaxKind.ExportKeyword && m.kind !== ts.SyntaxKind.DefaultKeyword,
    );
    const note = (name: TypeScript.Identifier | undefined): TypeScript.Identifier => {
      const local = name ?? f.createIdentifier("__default");
      const read = f.createIdentifier(local.text);
      this.exported.set(isDefault ? "default" : local.text, { read, local: local.text });
      return local;
    };
    if (ts.isVariableStatement(node)) {
      for (const d of node.declarationList.declarations)
        for (const n of bound(d.name)) this.exported.set(n, { read: f.createIdentifier(n), local: n });
      return f.updateVariableStatement(node, remaining, node.declarationList);
    }
    if (ts.isFunctionDeclaration(node)) {
      const { asteriskToken, typeParameters, parameters, type, body } = node;
      const name = note(node.name);
      return f.updateFunctionDeclaration(node, remaining, asteriskToken, name, typeParameters, parameters, type, body);
    }
    if (ts.isClassDeclaration(node)) {
      const { typeParameters, heritageClauses, members } = node;
      return f.updateClassDeclaration(node, remaining, note(node.name), typeParameters, heritageClauses, members);
    }
    return node;
  }

  /** Exports the names: a getter for each, and a setter if it can be assigned. */
  private definitions(): readonly TypeScript.Statement[] {
    const { f } = this;
    if (this.exported.size === 0) return [];
    const entries = [...this.exported].map(([name, { read, local }]) => {
      const get = f.createArrowFunction(undefined, undefined, [], undefined, undefined, read);
      const set = local === undefined || this.constants.has(local) ? [] : [this.setter(local)];
      return f.createPropertyAssignment(f.createStringLiteral(name), f.createArrayLiteralExpression([get, ...set]));
    });
    return [f.createExpressionStatement(this.cell("define", f.createObjectLiteralExpression(entries)))];
  }
  private setter(local: string): TypeScript.Expression {
    const { f } = this;
    const value = f.createParameterDeclaration(undefined, undefined, "__v");
    const assigned = f.createAssignment(f.createIdentifier(local), f.createIdentifier("__v"));
    const body = f.createBlock([f.createExpressionStatement(assigned)]);
    return f.createArrowFunction(undefined, undefined, [value], undefined, undefined, body);
  }

  private load(specifier: string, node: TypeScript.Node): TypeScript.Identifier {
    this.facts.imports.add(specifier);
    const name = `__module${this.modules++}`;
    const module = this.cell("module", this.f.createStringLiteral(specifier));
    this.imports.push(ts.setSourceMapRange(this.constant(name, module), node));
    return this.f.createIdentifier(name);
  }
  private cell(method: string, ...args: TypeScript.Expression[]): TypeScript.CallExpression {
    const { f } = this;
    return f.createCallExpression(
      f.createPropertyAccessExpression(f.createIdentifier("__cell"), method),
      undefined,
      args,
    );
  }
  private constant(name: string, value: TypeScript.Expression): TypeScript.Statement {
    const { f } = this;
    const declared = f.createVariableDeclaration(name, undefined, undefined, value);
    return f.createVariableStatement(undefined, f.createVariableDeclarationList([declared], ts.NodeFlags.Const));
  }
  private member(object: TypeScript.Expression, name: string): TypeScript.Expression {
    return this.f.createElementAccessExpression(object, this.f.createStringLiteral(name));
  }
}

/** Returns the names bound by a binding pattern. */
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

import ts from "typescript";

/** A place where a figure counts one. Lines start at 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

type Test = (node: ts.Node) => boolean;

const UNCLEAR_NAMES = new Set(["o", "of", "own", "told", "said", "asked", "held", "kept", "at"]);

/** Strips parentheses: `...({ a })` counts like `...{ a }`. */
function inner(expression: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(expression) ? inner(expression.expression) : expression;
}

function declaresUnclearName(node: ts.Node): boolean {
  const declares =
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isPropertySignature(node) ||
    ts.isMethodSignature(node);
  return declares && ts.isIdentifier(node.name) && UNCLEAR_NAMES.has(node.name.text);
}

function parsesJson(node: ts.Expression): boolean {
  return ts.isCallExpression(node) && node.expression.getText() === "JSON.parse";
}

/** Each figure that one syntax node decides. */
export const COUNTERS: Readonly<Record<string, Test>> = {
  "no-op spreads": (node) => ts.isSpreadAssignment(node) && ts.isObjectLiteralExpression(inner(node.expression)),
  "side-effect imports of codes": (node) =>
    ts.isImportDeclaration(node) &&
    node.importClause === undefined &&
    ts.isStringLiteral(node.moduleSpecifier) &&
    node.moduleSpecifier.text.endsWith("codes.js"),
  "unclear identifiers": declaresUnclearName,
  "as unknown as": (node) =>
    ts.isAsExpression(node) &&
    ts.isAsExpression(inner(node.expression)) &&
    (inner(node.expression) as ts.AsExpression).type.kind === ts.SyntaxKind.UnknownKeyword,
  "as never": (node) => ts.isAsExpression(node) && node.type.kind === ts.SyntaxKind.NeverKeyword,
  "JSON.parse as": (node) => ts.isAsExpression(node) && parsesJson(inner(node.expression)),
};

/** Counts all figures of one file in one walk of its tree. */
export function count(file: string, text: string): Record<string, Place[]> {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const found: Record<string, Place[]> = {};
  const visit = (node: ts.Node): void => {
    for (const [figure, test] of Object.entries(COUNTERS)) {
      if (!test(node)) continue;
      const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      (found[figure] ??= []).push({ file, line });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

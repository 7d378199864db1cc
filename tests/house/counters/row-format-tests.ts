/** Where sources ask for a row format by its name instead of calling it. */
import ts from "typescript";

/** Names of row formats, and what holds such a name; their own modules lie in a folder `row-formats`. */
const FORMATS = new Set(["texts", "words", "windows", "pairs", "apart", "contexts"]);
const HOLDERS = new Set(["rows", "fed", "rowFormat", "row_format"]);
export const ROW_FORMATS = /(^|\/)row-formats\//;

const isFormat = (node: ts.Node): boolean => ts.isStringLiteral(node) && FORMATS.has(node.text);
function holdsFormat(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return HOLDERS.has(node.name.text);
  return ts.isIdentifier(node) && HOLDERS.has(node.text);
}
const EQUALITY = new Set<ts.SyntaxKind>([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);

/** A comparison, a case or an `includes` that asks for a row format by its name. */
export function testsRowFormat(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node) && EQUALITY.has(node.operatorToken.kind))
    return [[node.left, node.right] as const, [node.right, node.left] as const].some(
      ([value, name]) => holdsFormat(value) && isFormat(name),
    );
  if (ts.isCaseClause(node)) return isFormat(node.expression) && holdsFormat(node.parent.parent.expression);
  const [argument] = ts.isCallExpression(node) ? node.arguments : [];
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression) || !argument) return false;
  return node.expression.name.text === "includes" && holdsFormat(argument);
}

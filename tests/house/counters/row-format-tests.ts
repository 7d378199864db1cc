/** Places where sources test which row format they have instead of calling its methods. */
import ts from "typescript";

/** Names of row formats, older names first. `HOLDERS` lists the properties that hold such a name. */
const FORMATS = new Set([
  ...["texts", "words", "windows", "pairs", "apart", "contexts"],
  ...["single_text", "token_labels", "causal_lm", "conversations", "seq2seq", "pair_encoding", "extractive_qa"],
]);
const HOLDERS = new Set(["rows", "fed", "rowFormat"]);
/** Modules of row formats, which may name each other. */
export const ROW_FORMATS = /(^|\/)row-formats\//;

const isFormat = (node: ts.Node): boolean => ts.isStringLiteral(node) && FORMATS.has(node.text);
const lastName = (node: ts.Node): string =>
  ts.isPropertyAccessExpression(node) ? node.name.text : ts.isIdentifier(node) ? node.text : "";
/** Reports whether the node is `x.rows`, `rowFormat` or `x.rowFormat.name`. */
function holdsFormat(node: ts.Node): boolean {
  if (HOLDERS.has(lastName(node))) return true;
  return ts.isPropertyAccessExpression(node) && node.name.text === "name" && lastName(node.expression) === "rowFormat";
}
/** Detects a test of a format by its object: `x.rowFormat === causalLm`. */
const isFormatObject = (value: ts.Node, other: ts.Node): boolean =>
  lastName(value) === "rowFormat" && ts.isIdentifier(other) && other.text !== "undefined";
const EQUALITY = new Set<ts.SyntaxKind>([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);

/** Reports whether the node is a comparison, case or `includes` that tests a row format by its name or object. */
export function testsRowFormat(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node) && EQUALITY.has(node.operatorToken.kind))
    return [[node.left, node.right] as const, [node.right, node.left] as const].some(
      ([value, name]) => (holdsFormat(value) && isFormat(name)) || isFormatObject(value, name),
    );
  if (ts.isCaseClause(node)) return isFormat(node.expression) && holdsFormat(node.parent.parent.expression);
  const [argument] = ts.isCallExpression(node) ? node.arguments : [];
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression) || !argument) return false;
  return node.expression.name.text === "includes" && holdsFormat(argument);
}

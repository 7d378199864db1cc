/** Figures that can be decided for a single syntax node. */
import ts from "typescript";
import { countOf, type Figure } from "../figure.js";
import { ROW_FORMATS, testsRowFormat } from "./row-format-tests.js";
import { lineOf, type Place, type SourceFile } from "../file.js";

type Test = (node: ts.Node) => boolean;

const UNCLEAR_NAMES = new Set(["o", "of", "own", "told", "said", "asked", "held", "kept", "at"]);

/** Strips parentheses, so that `...({ a })` counts like `...{ a }`. */
function inner(expression: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(expression) ? inner(expression.expression) : expression;
}

function declaresUnclearName(node: ts.Node): boolean {
  const declares =
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isPropertySignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isMethodSignature(node) ||
    ts.isMethodDeclaration(node);
  return declares && node.name !== undefined && ts.isIdentifier(node.name) && UNCLEAR_NAMES.has(node.name.text);
}

function parsesJson(node: ts.Expression): boolean {
  const call = inner(node);
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return false;
  const { expression, name } = call.expression;
  return ts.isIdentifier(expression) && expression.text === "JSON" && name.text === "parse";
}

const isUnknown = (type: ts.TypeNode): boolean => type.kind === ts.SyntaxKind.UnknownKeyword;
const isCast = (node: ts.Node): node is ts.AsExpression | ts.TypeAssertion =>
  ts.isAsExpression(node) || ts.isTypeAssertionExpression(node);

/** Reports whether a type contains `never`, as in `as never[]`. */
function containsNever(node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.NeverKeyword || ts.forEachChild(node, containsNever) === true;
}

function givesJsonAType(node: ts.Node): boolean {
  if (isCast(node)) return !isUnknown(node.type) && parsesJson(node.expression);
  if (!ts.isVariableDeclaration(node) || !node.type || !node.initializer) return false;
  return !isUnknown(node.type) && parsesJson(node.initializer);
}

function importsCodesForEffect(node: ts.Node): boolean {
  if (!ts.isImportDeclaration(node) || node.importClause !== undefined) return false;
  return ts.isStringLiteral(node.moduleSpecifier) && node.moduleSpecifier.text.endsWith("codes.js");
}

/** `outside`: files whose paths match are not counted. */
const TESTS: Readonly<Record<string, readonly [bar: number, test: Test, outside?: RegExp]>> = {
  "string tests of a row format": [0, testsRowFormat, ROW_FORMATS],
  "no-op spreads": [0, (node) => ts.isSpreadAssignment(node) && ts.isObjectLiteralExpression(inner(node.expression))],
  "side-effect imports of codes": [12, importsCodesForEffect],
  "unclear identifiers": [400, declaresUnclearName],
  "as unknown as": [15, (node) => isCast(node) && isCast(inner(node.expression)) && castsToUnknown(node.expression)],
  "as never": [2, (node) => isCast(node) && containsNever(node.type)],
  "JSON.parse as": [5, givesJsonAType],
};
function castsToUnknown(expression: ts.Expression): boolean {
  const cast = inner(expression);
  return isCast(cast) && isUnknown(cast.type);
}

type Found = Readonly<Record<string, readonly Place[]>>;
const found = new WeakMap<SourceFile, Found>();

/** Returns the places of all figures in one file, in one walk of its tree. */
export function countSyntax(source: SourceFile): Found {
  const before = found.get(source);
  if (before) return before;
  const { file, tree } = source;
  const places: Record<string, Place[]> = {};
  const tests = Object.entries(TESTS).flatMap(([figure, [, test, outside]]) =>
    outside?.test(file) ? [] : [[figure, test] as const],
  );
  const visit = (node: ts.Node): void => {
    for (const [figure, test] of tests)
      if (test(node)) (places[figure] ??= []).push({ file, line: lineOf(tree, node) });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  found.set(source, places);
  return places;
}

export const syntaxFigures: readonly Figure[] = Object.entries(TESTS).map(([name, [bar]]) => ({
  name,
  bar,
  count: ({ sources }) => countOf(sources.flatMap((source) => countSyntax(source)[name] ?? [])),
}));

/**
 * Finds places where `await` was forgotten. The compiler suggests it as related information, which tslab's converter
 * drops; with the converter's loose options it also accepts `promise[0]` as `any`.
 */
import type * as TypeScript from "typescript";
import { ts } from "./typescript.js";

/** The compiler's code for the suggestion "Did you forget to use 'await'?". */
const suggestion = 2773;

/** Adds the compiler's suggestion to the text of the diagnostic, if there is one. */
export function withAwaitSuggested(diagnostic: TypeScript.Diagnostic): TypeScript.Diagnostic {
  const related = diagnostic.relatedInformation?.find((d) => d.code === suggestion);
  if (!related) return diagnostic;
  const { messageText, category, code } = diagnostic;
  const first = typeof messageText === "string" ? { messageText, category, code } : messageText;
  const next = { messageText: ts.flattenDiagnosticMessageText(related.messageText, "\n"), category, code: suggestion };
  return { ...diagnostic, messageText: { ...first, next: [...(first.next ?? []), next] } };
}

/** Reports each element that is read from a promise instead of its value, as in `model.predict(texts)[0]`. */
export function findUnawaitedElements(
  file: TypeScript.SourceFile,
  checker: TypeScript.TypeChecker,
): TypeScript.Diagnostic[] {
  const found: TypeScript.Diagnostic[] = [];
  const visit = (node: TypeScript.Node): void => {
    if (ts.isElementAccessExpression(node) && readsPromise(node, checker)) found.push(errorAt(node, file));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function readsPromise(node: TypeScript.ElementAccessExpression, checker: TypeScript.TypeChecker): boolean {
  const type = checker.getTypeAtLocation(node.expression);
  if (type.getSymbol()?.name !== "Promise") return false;
  const index = node.argumentExpression;
  return !(ts.isStringLiteralLike(index) && type.getProperty(index.text) !== undefined) && !isSymbol(index, checker);
}
function isSymbol(index: TypeScript.Expression, checker: TypeScript.TypeChecker): boolean {
  return (checker.getTypeAtLocation(index).flags & ts.TypeFlags.ESSymbolLike) !== 0;
}

/** Longer expressions are not repeated in the message. */
const longestRepeated = 60;

function errorAt(node: TypeScript.ElementAccessExpression, file: TypeScript.SourceFile): TypeScript.Diagnostic {
  const start = node.expression.getStart(file);
  const promise = node.expression.getText(file);
  const element = file.text.slice(node.expression.end, node.end);
  const repeated = promise.length + element.length <= longestRepeated && !`${promise}${element}`.includes("\n");
  return {
    file,
    start,
    length: node.expression.end - start,
    category: ts.DiagnosticCategory.Error,
    code: suggestion,
    messageText: repeated
      ? `\`${promise}\` is a Promise: wait for its value with \`(await ${promise})${element}\``
      : "this is a Promise: wait for its value with `(await …)[…]`",
  };
}

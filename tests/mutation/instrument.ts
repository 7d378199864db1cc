/**
 * Inserts a switch (switch.ts) at every place of a compiled file where a rule reports: calls of `report` and
 * `reportNear` with a code, `throw new CodedError(code, …)`, and errors that are created and passed on. Takes and
 * returns text; line numbers stay the same.
 */
import ts from "typescript";

export interface Site {
  /** `FILE:N`, the n-th place of its file. */
  readonly name: string;
  readonly code: string;
  readonly line: number;
  readonly column: number;
  readonly does: "report" | "throw" | "make";
}

export function instrument(text: string, name: string): { readonly text: string; readonly sites: readonly Site[] } {
  const file = ts.createSourceFile("a.js", text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const sites: Site[] = [];
  const edits: { readonly at: number; readonly put: string }[] = [];
  const note = (node: ts.Node, code: string, does: Site["does"]): string => {
    const { line, character } = file.getLineAndCharacterOfPosition(node.getStart());
    const site = `${name}:${String(sites.length)}`;
    sites.push({ name: site, code, line: line + 1, column: character + 1, does });
    return JSON.stringify(site);
  };
  const coded = (node: ts.Node | undefined): string | undefined =>
    node && ts.isNewExpression(node) && node.expression.getText() === "CodedError"
      ? codeIn(node.arguments?.[0])
      : undefined;

  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const called = ts.isPropertyAccessExpression(node.expression)
        ? node.expression.name.text
        : node.expression.getText();
      const code = called === "reportFailed" ? "(what failed)" : codeIn(node.arguments[0]);
      if (
        ["report", "reportNear", "reportFailed"].includes(called) &&
        code !== undefined &&
        node.arguments.length >= 2
      ) {
        const site = note(node, code, "report");
        const callee = node.expression.getText();
        // The original call stays as a comment, so that no line moves.
        edits.push({ at: node.getStart(), put: `tunebookMutation.report(${site}, (...of) => ${callee}(...of), [/*` });
        edits.push({ at: node.arguments[0]!.getStart(), put: "*/" });
        edits.push({ at: node.getEnd() - 1, put: "]" });
        for (const argument of node.arguments) visit(argument);
        return;
      }
    }
    const thrown = ts.isThrowStatement(node) ? coded(node.expression) : undefined;
    if (thrown !== undefined && ts.isThrowStatement(node)) {
      const site = note(node, thrown, "throw");
      edits.push({ at: node.getStart(), put: `{ if (!tunebookMutation.off(${site})) ` });
      edits.push({ at: node.getEnd(), put: " }" });
      (node.expression as ts.NewExpression).arguments?.forEach(visit);
      return;
    }
    const made = coded(node);
    if (made !== undefined && ts.isNewExpression(node)) {
      const code = node.arguments?.[0] as ts.Expression;
      edits.push({ at: code.getStart(), put: `tunebookMutation.code(${note(node, made, "make")}, ` });
      edits.push({ at: code.getEnd(), put: ")" });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  if (sites.length === 0) return { text, sites };
  const ordered = edits.map((edit, i) => ({ ...edit, i })).sort((a, b) => b.at - a.at || b.i - a.i);
  let out = text;
  for (const { at, put } of ordered) out = out.slice(0, at) + put + out.slice(at);
  return { text: out, sites };
}

/** Returns the code that an expression names, or its codes: `a ? "one" : "other"`. */
function codeIn(node: ts.Node | undefined): string | undefined {
  if (!node) return undefined;
  if (ts.isStringLiteral(node)) return /^[a-z][a-z-]+$/.test(node.text) ? node.text : undefined;
  if (!ts.isConditionalExpression(node)) return undefined;
  const [one, other] = [codeIn(node.whenTrue), codeIn(node.whenFalse)];
  return one !== undefined && other !== undefined ? `${one} or ${other}` : undefined;
}

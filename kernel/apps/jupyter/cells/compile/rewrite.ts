/**
 * Rewrites the JavaScript of a cell or of a file near the notebook before it is printed:
 *
 * - names of earlier cells become `__names.x`, so that all users see a later cell's new declaration of
 *   `x`;
 * - every loop and function starts with `__tick()`, every `await` waits through `__guard`, every `for
 *   await` through `__each`: this is how an interrupt stops code of a dead cell;
 * - `import(..)` and `import.meta` go through the kernel's own loader.
 *
 * `written` removes these marks from a function's text, so that libraries which read a function's source (arquero) see
 * what the user wrote.
 */
import type * as TypeScript from "typescript";
import { ts } from "./typescript.js";

export interface RewriteOptions {
  /** Reports whether an identifier (a node of the parse tree) refers to a name of an earlier cell. */
  isPrior(identifier: TypeScript.Identifier, shorthand?: TypeScript.ShorthandPropertyAssignment): boolean;
}

export function rewriter(
  context: TypeScript.TransformationContext,
  { isPrior }: RewriteOptions,
): (node: TypeScript.Node) => TypeScript.Node {
  const f = context.factory;
  const call = (name: string, ...args: TypeScript.Expression[]): TypeScript.CallExpression =>
    f.createCallExpression(f.createIdentifier(name), undefined, args);
  const prior = (name: TypeScript.Identifier): TypeScript.Expression =>
    f.createPropertyAccessExpression(f.createIdentifier("__names"), name.text);
  const isPriorNode = (node: TypeScript.Node): node is TypeScript.Identifier => {
    const original = ts.getParseTreeNode(node);
    return ts.isIdentifier(node) && original !== undefined && ts.isIdentifier(original) && isPrior(original);
  };
  const tick = (): TypeScript.Statement => f.createExpressionStatement(call("__tick"));
  const visit = (node: TypeScript.Node): TypeScript.Node =>
    rewritten(ts.visitEachChild(beforeChildren(node), visit, context));

  /** Handles nodes that must be seen before their children are visited; all others are returned unchanged. */
  function beforeChildren(node: TypeScript.Node): TypeScript.Node {
    if (ts.isCallExpression(node) && isPriorNode(node.expression)) {
      // `(0, x)(..)`: the function must not get the record of names as its `this`
      const callee = f.createParenthesizedExpression(f.createComma(f.createNumericLiteral(0), node.expression));
      return ts.setTextRange(f.createCallExpression(callee, node.typeArguments, node.arguments), node);
    }
    const original = ts.getParseTreeNode(node);
    if (
      ts.isShorthandPropertyAssignment(node) &&
      original &&
      ts.isShorthandPropertyAssignment(original) &&
      isPrior(original.name, original)
    ) {
      const value = prior(node.name);
      const whole = node.objectAssignmentInitializer
        ? f.createAssignment(value, node.objectAssignmentInitializer)
        : value;
      return ts.setTextRange(f.createPropertyAssignment(node.name, whole), node);
    }
    return node;
  }

  function rewritten(node: TypeScript.Node): TypeScript.Node {
    if (ts.isIdentifier(node)) return isPriorNode(node) ? ts.setTextRange(prior(node), node) : node;
    if (ts.isAwaitExpression(node)) return f.updateAwaitExpression(node, call("__guard", node.expression));
    if (ts.isForOfStatement(node)) {
      const over = node.awaitModifier ? call("__each", node.expression) : node.expression;
      return f.updateForOfStatement(node, node.awaitModifier, node.initializer, over, ticking(node.statement));
    }
    if (ts.isForStatement(node))
      return f.updateForStatement(node, node.initializer, node.condition, node.incrementor, ticking(node.statement));
    if (ts.isForInStatement(node))
      return f.updateForInStatement(node, node.initializer, node.expression, ticking(node.statement));
    if (ts.isWhileStatement(node)) return f.updateWhileStatement(node, node.expression, ticking(node.statement));
    if (ts.isDoStatement(node)) return f.updateDoStatement(node, ticking(node.statement), node.expression);
    if (ts.isBlock(node) && isFunctionBody(node)) return tickingBody(node);
    if (ts.isArrowFunction(node) && !ts.isBlock(node.body) && holdsCall(node.body)) {
      const body = f.createLogicalOr(call("__tick"), f.createParenthesizedExpression(node.body));
      return f.updateArrowFunction(
        node,
        node.modifiers,
        node.typeParameters,
        node.parameters,
        node.type,
        node.equalsGreaterThanToken,
        body,
      );
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      return f.updateCallExpression(node, f.createIdentifier("__load"), undefined, node.arguments);
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      return f.createIdentifier("__meta");
    return node;
  }
  function ticking(statement: TypeScript.Statement): TypeScript.Block {
    const inside = ts.isBlock(statement) ? statement.statements : [statement];
    return f.createBlock([tick(), ...inside], true);
  }
  function tickingBody(body: TypeScript.Block): TypeScript.Block {
    const directives = body.statements.findIndex(
      (s) => !(ts.isExpressionStatement(s) && ts.isStringLiteral(s.expression)),
    );
    const bodyStart = directives < 0 ? body.statements.length : directives;
    return f.updateBlock(body, [...body.statements.slice(0, bodyStart), tick(), ...body.statements.slice(bodyStart)]);
  }
  return visit;
}

/** Reports whether a block is the body of a function, method, accessor or constructor of the source. */
function isFunctionBody(block: TypeScript.Block): boolean {
  const parent = ts.getParseTreeNode(block)?.parent;
  return parent !== undefined && ts.isFunctionLike(parent);
}
function holdsCall(node: TypeScript.Node): boolean {
  return (
    ts.isCallExpression(node) ||
    ts.isNewExpression(node) ||
    ts.isAwaitExpression(node) ||
    (ts.forEachChild(node, (child) => holdsCall(child) || undefined) ?? false)
  );
}

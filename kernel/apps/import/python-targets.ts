/** Targets of Python's assigning statements: `a, b.c = d`, `for x in rows`, `with f() as x`, `del x.y`. */
import type { parser } from "@lezer/python";

export type PythonNode = ReturnType<(typeof parser)["parse"]>["topNode"];

export function childrenOf(node: PythonNode): readonly PythonNode[] {
  const children: PythonNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

/** All targets that a statement binds or deletes. */
export const targetsOf = (node: PythonNode): readonly PythonNode[] =>
  node.name === "DeleteStatement" ? deleted(node) : targetPartsOf(node).targets;

export interface TargetParts {
  readonly targets: readonly PythonNode[];
  readonly value?: PythonNode;
  /** Offset where the value begins. */
  readonly from: number;
}

/**
 * Returns the assigned targets, and where the value begins. Names after the last `=` are read; those before it are
 * assigned.
 */
export function targetPartsOf(node: PythonNode): TargetParts {
  const children = childrenOf(node);
  if (/^(Assign|Update)Statement$|^NamedExpression$/.test(node.name)) {
    const signs = children.filter(({ name }) => /^(AssignOp|UpdateOp)$/.test(name));
    const sign = signs.at(-1);
    if (!sign) return { targets: [], from: node.to };
    const value = node.lastChild && node.lastChild.from >= sign.to ? node.lastChild : undefined;
    return {
      targets: children.filter((one) => isTarget(one) && one.to <= sign.from).flatMap(ungrouped),
      ...(value && sign.name === "AssignOp" && { value }),
      from: sign.to,
    };
  }
  // A deleted variable has no value; a deleted attribute reverts to the default of its class.
  if (node.name === "DeleteStatement")
    return { targets: deleted(node).filter(({ name }) => name === "MemberExpression"), from: node.from };
  if (node.name === "WithStatement") {
    const named = children.filter((one) => one.prevSibling?.name === "as");
    return { targets: named.filter(isTarget).flatMap(ungrouped), from: node.from };
  }
  const start = children.findIndex(({ name }) => name === "for") + 1;
  const end = children.findIndex(({ name }) => name === "in");
  const targets = start > 0 && end > 0 ? children.slice(start, end).filter(isTarget).flatMap(ungrouped) : [];
  return { targets, from: children[end + 1]?.from ?? node.to };
}

const deleted = (node: PythonNode): readonly PythonNode[] => childrenOf(node).filter(isTarget).flatMap(ungrouped);

/** Several targets in brackets: `(a, b) = c`, `[a, *b] = c`. */
const groups = /^(Tuple|Array|Parenthesized)Expression$/;
const isTarget = ({ name }: PythonNode): boolean => /^(VariableName|MemberExpression)$/.test(name) || groups.test(name);
function ungrouped(target: PythonNode): readonly PythonNode[] {
  if (!groups.test(target.name)) return [target];
  const parts = childrenOf(target).flatMap(ungrouped);
  return parts.filter(({ name }) => /^(VariableName|MemberExpression)$/.test(name));
}

/**
 * Every form in which a Python program binds and unbinds a name or an attribute: one list for all rules that need it.
 */
import { childrenOf, targetsOf, type PythonNode } from "./python-targets.js";

export type BindingForm =
  | "assign"
  | "walrus"
  | "for"
  | "with"
  | "del"
  | "def"
  | "class"
  | "import"
  | "except"
  | "match";
export interface BoundTarget {
  /** A name (`args`), an attribute or an item (`args.seed`, `ds[0]`). */
  readonly target: PythonNode;
  readonly form: BindingForm;
}

const forms: Readonly<Record<string, BindingForm>> = {
  AssignStatement: "assign",
  UpdateStatement: "assign",
  NamedExpression: "walrus",
  ForStatement: "for",
  WithStatement: "with",
  DeleteStatement: "del",
};

/**
 * Returns the targets that a statement, a pattern or an expression binds itself, without those of its parts. Names of
 * comprehensions are local.
 */
export function targetsBoundBy(node: PythonNode): readonly BoundTarget[] {
  const form = forms[node.name];
  if (form) return targetsOf(node).map((target) => ({ target, form }));
  if (node.name === "FunctionDefinition") return named(node, "def");
  if (node.name === "ClassDefinition") return named(node, "class");
  if (node.name === "TypeDefinition") return named(node, "assign");
  if (node.name === "ImportStatement") return imported(node).map((target) => ({ target, form: "import" }));
  if (node.name === "TryStatement") return after(node, "as").map((target) => ({ target, form: "except" }));
  if (node.name === "CapturePattern") return named(node, "match");
  if (node.name === "AsPattern") return after(node, "as").map((target) => ({ target, form: "match" }));
  return [];
}

function named(node: PythonNode, form: BindingForm): readonly BoundTarget[] {
  const target = node.getChild("VariableName");
  return target ? [{ target, form }] : [];
}

/** `import a.b` binds `a`, `import a as b` and `from a import c as b` bind `b`. */
function imported(node: PythonNode): readonly PythonNode[] {
  const children = childrenOf(node);
  const from = children[0]?.name === "from";
  const start = children.findIndex(({ name }) => name === "import") + 1;
  const parts: PythonNode[][] = [[]];
  for (const child of children.slice(start))
    if (child.name === ",") parts.push([]);
    else if (/^(VariableName|as)$/.test(child.name)) parts.at(-1)?.push(child);
  return parts.flatMap((part) => {
    const renamed = part.some(({ name }) => name === "as");
    return (renamed ? part.at(-1) : from ? part.at(-1) : part[0]) ?? [];
  });
}

/** Returns the names directly after a keyword. */
function after(node: PythonNode, word: string): readonly PythonNode[] {
  return childrenOf(node).filter(({ name, prevSibling }) => name === "VariableName" && prevSibling?.name === word);
}

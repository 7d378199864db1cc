/** The syntax tree as expandable lines: the source text with the position of each part. */
import type { Source } from "#dsl/language/diagnostics/span.js";
import { parse } from "#dsl/language/syntax/parse.js";
import type { Argument, BlockNode, Entry, Expression, Statement } from "#dsl/language/syntax/tree.js";
import type { TreeNode } from "./protocol.js";

export function syntaxTreeOf(source: Source, verbs: readonly string[]): readonly TreeNode[] {
  return parse(source, verbs).tree.statements.map(statement);
}

function statement({ verb, operands, clauses, block, broken, span }: Statement): TreeNode {
  return {
    label: verb.text,
    detail: broken ? "statement, not read to its end" : "statement",
    from: span.start,
    to: span.end,
    children: [
      ...operands.map((operand) => expression(operand, "operand")),
      ...clauses.map((clause) => ({
        label: clause.connector.text,
        detail: "connector",
        from: clause.span.start,
        to: clause.span.end,
        children: clause.operands.map((operand) => expression(operand, "operand")),
      })),
      ...entries(block),
    ],
  };
}

function entries(block: BlockNode | undefined): readonly TreeNode[] {
  return (block?.entries ?? []).map(({ key, value, span }: Entry) => ({
    label: key.text,
    detail: value ? "key" : "key without a value",
    from: span.start,
    to: span.end,
    children: value ? [expression(value)] : [],
  }));
}

function argument({ key, value, span }: Argument): TreeNode {
  if (!key) return expression(value, "argument");
  return { label: key.text, detail: "argument", from: span.start, to: span.end, children: [expression(value)] };
}

function expression(node: Expression, role = ""): TreeNode {
  const { span } = node;
  const line = (label: string, detail: string, children: readonly TreeNode[] = []): TreeNode => ({
    label,
    children,
    from: span.start,
    to: span.end,
    detail: [role, detail].filter(Boolean).join(", "),
  });
  switch (node.is) {
    case "number":
      return line(node.raw, "number");
    case "string":
      return line(JSON.stringify(node.value), "text");
    case "reference":
      return line(`$${node.text}`, "reference");
    case "word":
      return line(node.text, node.arguments ? "word with arguments" : "word", (node.arguments ?? []).map(argument));
    case "range":
      return line("..", "range", [expression(node.from, "from"), expression(node.to, "to")]);
    case "list":
      return line(
        "[ ]",
        "list",
        node.items.map((item) => expression(item)),
      );
    case "block":
      return line("{ }", "record", entries(node));
  }
}

// The repository's own lint rules, which oxlint doesn't have.

/**
 * Allows `!` on an index into a list, because types can't state a list's length. Reports `!` on the result of a literal
 * key, a search or a field. A key in a variable is not reported, since only its type would show whether it is an index.
 */
const saidByType = {
  create: (context) => ({
    TSNonNullExpression(node) {
      const { type, computed, property } = node.expression;
      if (type === "MemberExpression" && computed && typeof property.value !== "string") return;
      context.report({
        node,
        message:
          "Let the type say that it is there, or throw an error with a code (dsl/language/diagnostics/codes.ts).",
      });
    },
  }),
};

/** `{ ...{ a, b } }` copies a literal only to change where lines break: `{ a, b }` is the same object. */
const noLiteralSpread = {
  create: (context) => ({
    SpreadElement(node) {
      if (node.parent.type !== "ObjectExpression" || withoutParentheses(node.argument).type !== "ObjectExpression")
        return;
      context.report({ node, message: "Write the properties themselves: spreading an object literal does nothing." });
    },
  }),
};

function withoutParentheses(node) {
  return node.type === "ParenthesizedExpression" ? withoutParentheses(node.expression) : node;
}

/**
 * An import of codes only for its effect is easily forgotten. Code that throws a code imports the table that contains
 * it.
 */
const noCodesForEffect = {
  create: (context) => ({
    ImportDeclaration(node) {
      if (node.importKind === "type" || node.specifiers.length > 0 || !node.source.value.endsWith("codes.js")) return;
      context.report({ node, message: "Import the code by its name instead of the whole file for its effect." });
    },
  }),
};

export default {
  meta: { name: "house" },
  rules: {
    "said-by-type": saidByType,
    "no-literal-spread": noLiteralSpread,
    "no-codes-for-effect": noCodesForEffect,
  },
};

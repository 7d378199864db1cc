// Rules of the house that oxlint doesn't bring.

/** A place in a list stays sayable: types can't tell how long a list is. What a key, a search or a field gives is not: a key that is written out is told, of one in a variable only its type would say whether it is a place. */
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

/** Codes that are imported for their effect can be forgotten: what throws a code imports the table that has it. */
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

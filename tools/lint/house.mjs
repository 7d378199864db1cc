// Rules of the house that oxlint doesn't bring.

/** A place in a list stays sayable: types can't tell how long a list is. What a key, a search or a field gives is not. */
const saidByType = {
  create: (context) => ({
    TSNonNullExpression(node) {
      if (node.expression.type === "MemberExpression" && node.expression.computed) return;
      context.report({
        node,
        message: "Let the type say that it is there, or throw an error with a code (dsl/diagnostics/must.ts).",
      });
    },
  }),
};

export default { meta: { name: "house" }, rules: { "said-by-type": saidByType } };

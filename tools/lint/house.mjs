// Rules of the house that oxlint doesn't bring.

/** A place in a list stays sayable: types can't tell how long a list is. What a key, a search or a field gives is not: a key that is written out is told, of one in a variable only its type would say whether it is a place. */
const saidByType = {
  create: (context) => ({
    TSNonNullExpression(node) {
      const { type, computed, property } = node.expression;
      if (type === "MemberExpression" && computed && typeof property.value !== "string") return;
      context.report({
        node,
        message: "Let the type say that it is there, or throw an error with a code (dsl/diagnostics/must.ts).",
      });
    },
  }),
};

export default { meta: { name: "house" }, rules: { "said-by-type": saidByType } };

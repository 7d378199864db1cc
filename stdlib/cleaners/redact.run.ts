import type { Call } from "#dsl/language/types/value.js";
import type { CleanerImplementation } from "../data/contract.js";
import { linearPattern } from "../text/patterns/linear.js";
import { exceptOf } from "../personal-data/exceptions.js";
import { entities, type Entity } from "../personal-data/finding.js";
import type { Redaction } from "../personal-data/redact.js";
import type { Replacement } from "../personal-data/replacements.js";
import { redactedRow } from "../personal-data/row.js";
import { secretOf } from "../secrets/shared/secret-value.js";

export const redact: CleanerImplementation = {
  hides: true,
  excepts: exceptedBy,
  start(call) {
    const how = redactionOf(call);
    return ({ values }) => {
      const found = new Set<string>();
      const now = redactedRow(values, how, ({ entity }) => void found.add(entity));
      return { values: now, noted: [...found].sort().map((entity) => `had \`${entity}\` replaced`) };
    };
  },
};

function exceptedBy({ arguments: given }: Pick<Call, "arguments">): readonly string[] {
  return (given["except"] as readonly string[] | undefined) ?? [];
}

/** Coded errors `secret-missing`, `wrong-pattern`. */
function redactionOf({ arguments: given }: Call): Redaction {
  const named = (given["entity"] as readonly Entity[] | undefined) ?? [];
  const patterns = (given["pattern"] as readonly string[] | undefined) ?? [];
  const except = exceptedBy({ arguments: given });
  const key = given["key"] as Call | undefined;
  return {
    entities: named.length > 0 || patterns.length > 0 ? named : entities,
    own: patterns.map((pattern) => ({ name: "pattern", find: linearPattern(pattern).spans })),
    replacement: (given["replacement"] as Replacement | undefined) ?? "mask",
    ...(except.length > 0 && { except: exceptOf(except) }),
    ...(key && { key: secretOf(key) }),
    seed: Number(given["seed"] ?? 42),
  };
}

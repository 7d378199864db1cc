import type { Call } from "#dsl/language/types/value.js";
import type { CleanerImplementation } from "../data/contract.js";
import { linearTimePattern } from "../text/patterns/linear.js";
import { exceptedTextSetOf } from "../personal-data/exceptions.js";
import { personalEntities, type PersonalEntity } from "../personal-data/finding.js";
import type { RedactionOptions } from "../personal-data/redact.js";
import type { RedactionReplacement } from "../personal-data/replacements.js";
import { redactRow } from "../personal-data/row.js";
import { secretOfCall } from "../secrets/shared/secret-value.js";

export const redact: CleanerImplementation = {
  hides: true,
  excepts: exceptedBy,
  start(call) {
    const how = redactionOf(call);
    return ({ values }) => {
      const found = new Set<string>();
      const now = redactRow(values, how, ({ entity }) => void found.add(entity));
      return { values: now, noted: [...found].sort().map((entity) => `had \`${entity}\` replaced`) };
    };
  },
};

function exceptedBy({ arguments: given }: Pick<Call, "arguments">): readonly string[] {
  return (given["except"] as readonly string[] | undefined) ?? [];
}

/** Coded errors `secret-missing`, `wrong-pattern`. */
function redactionOf({ arguments: given }: Call): RedactionOptions {
  const named = (given["entity"] as readonly PersonalEntity[] | undefined) ?? [];
  const patterns = (given["pattern"] as readonly string[] | undefined) ?? [];
  const except = exceptedBy({ arguments: given });
  const key = given["key"] as Call | undefined;
  return {
    entities: named.length > 0 || patterns.length > 0 ? named : personalEntities,
    customPatterns: patterns.map((pattern) => ({ name: "pattern", find: linearTimePattern(pattern).spans })),
    replacement: (given["replacement"] as RedactionReplacement | undefined) ?? "mask",
    ...(except.length > 0 && { except: exceptedTextSetOf(except) }),
    ...(key && { key: secretOfCall(key) }),
    seed: Number(given["seed"] ?? 42),
  };
}

/** Finds the vocabulary word that builds a model: the one whose `modelType` is that of config.json. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Word, Registry } from "#dsl/language/types/registry.js";

/** Coded error `unknown-architecture`, which lists the known ones. */
export function familyOf(config: Readonly<Record<string, unknown>>, registry: Registry): Word<"model"> {
  const built = registry.ofKind("model").filter((word) => !word.planned);
  const type = config["model_type"];
  const word = built.find((w) => w.capabilities?.modelType === type);
  if (word && type !== undefined) return word;
  const has = built.map((w) => w.capabilities?.modelType ?? w.name).sort();
  const architectures = config["architectures"];
  const architecture =
    [type, Array.isArray(architectures) ? architectures[0] : undefined].find((name) => typeof name === "string") ??
    "(none named)";
  throw new CodedError("unknown-architecture", { architecture, has });
}

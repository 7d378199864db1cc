/** Save options of a TypeScript cell. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

export interface SaveOptions {
  /** Overwrites another model in the folder. */
  readonly replace?: boolean;
}

/** Returns the folder as given. Throws the coded error `bad-option`. */
export function checkFolderOption(given: unknown): string {
  if (typeof given === "string" && given.trim() !== "" && !given.includes("\0")) return given;
  throw new CodedError("bad-option", {
    name: "the folder",
    got: JSON.stringify(given) ?? "left out",
    wanted: 'the path of a folder, as in `save("my-model")`',
  });
}

/** Throws the coded error `bad-option`. */
export function saveOptionsOf(given: unknown = {}): SaveOptions {
  const bad = (name: string, got: unknown, wanted: string): never => {
    throw new CodedError("bad-option", { name, got: String(got), wanted });
  };
  if (typeof given !== "object" || given === null) return bad("the option", given, "`{ replace: true }`");
  for (const [name, value] of Object.entries(given)) {
    if (name !== "replace") return bad(name, value, "nothing here: the only option is `replace`");
    if (value !== undefined && typeof value !== "boolean") return bad(name, value, "true or false");
  }
  return given as SaveOptions;
}

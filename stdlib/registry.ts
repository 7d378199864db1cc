/** The registry with the complete vocabulary of this package. Loading it registers the codes of dsl and stdlib. */
import { dslCodes } from "#dsl/codes.js";
import { registerCodes } from "#dsl/language/diagnostics/codes.js";
import { makeRegistry, type Registry } from "#dsl/language/types/registry.js";
import { stdlibCodes } from "./codes.js";
import { words } from "./manifest.generated.js";
import { plannedWords } from "./planned-words.js";

registerCodes(dslCodes, stdlibCodes);

export const registry: Registry = makeRegistry([...words, ...plannedWords]);

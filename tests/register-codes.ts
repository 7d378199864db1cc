/** Mocha loads it before the tests: errors have their texts. */
import { registerCliCodes } from "#kernel/cli/codes.js";

registerCliCodes();

/** Mocha loads it before the tests: errors have their texts. */
import { registerCliCodes } from "#kernel/apps/cli/codes.js";

registerCliCodes();

/** Mocha loads this module before the tests, so that errors have their texts. */
import { registerCliCodes } from "#kernel/apps/cli/codes.js";

registerCliCodes();

/** Node loads it before a program of this folder (`--import`): errors have their texts. */
import { registerAllCodes } from "#kernel/codes.js";

registerAllCodes();

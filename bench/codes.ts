/** Node loads this module before a program of this folder (`--import`), so that errors have their messages. */
import { registerAllCodes } from "#kernel/codes.js";

registerAllCodes();

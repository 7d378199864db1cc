/** Node loads it before a program of this folder (`--import`): errors have their texts. */
import { registerAllCodes, type AllCodeData } from "#kernel/codes.js";

/** Codes that the programs of this folder may meet. */
export type BenchCode = keyof AllCodeData;

registerAllCodes();

/** The error codes of the kernel's code that runs in a browser, too. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { basesCodes, type BasesCodeData } from "./bases/base-codes.js";
import { coreDataCodes, type CoreDataCodeData } from "./data/rows/codes.js";
import { loadCodes, type LoadCodeData } from "./models/load-codes.js";
import { pageCodes, type PageCodeData } from "./host/page-codes.js";

/** Code to the data of its message. */
export interface CoreCodeData extends BasesCodeData, CoreDataCodeData, LoadCodeData, PageCodeData {}

declare module "#dsl/language/diagnostics/codes.js" {
  interface CodeData extends CoreCodeData {}
}

export const coreCodes: CodeTable<CoreCodeData> = {
  ...basesCodes,
  ...coreDataCodes,
  ...loadCodes,
  ...pageCodes,
};

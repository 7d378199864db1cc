/** Error codes of the kernel code that also runs in a browser. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { basesCodes, type BasesCodeData } from "./bases/base-codes.js";
import { coreDataCodes, type CoreDataCodeData } from "./data/rows/codes.js";
import { loadCodes, type LoadCodeData } from "./models/load-codes.js";
import { pageCodes, type PageCodeData } from "./host/page-codes.js";

/** Maps each code to the data of its message. */
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

/** Reports a warning of running code: a condition that is not an error. */
import type { Code, CodeData } from "#dsl/language/diagnostics/codes.js";

export type Warn = <C extends Code>(code: C, data: CodeData[C]) => void;

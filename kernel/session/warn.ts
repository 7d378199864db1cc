/** How what runs tells of something that is no error. */
import type { Code, CodeData } from "#dsl/language/diagnostics/codes.js";

export type Warn = <C extends Code>(code: C, data: CodeData[C]) => void;

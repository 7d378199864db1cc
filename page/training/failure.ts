/** Converts an error for the window: the message of a coded error, or a report of a defect. */
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { Failure } from "./protocol.js";

/** An error in the program, shown as in the editor. */
export class ProgramRefusal extends Error {
  constructor(
    readonly code: string,
    readonly data: unknown,
  ) {
    super(code);
  }
}

/** Messages of browsers whose WebAssembly or GPU has no more memory. */
const OUT_OF_MEMORY = /out of memory|memory access out of bounds|allocation failed|cannot enlarge|OOM/i;

export function failureOf(error: unknown): Failure {
  if (error instanceof Error && OUT_OF_MEMORY.test(error.message))
    return failureOf(
      new CodedError("not-trained-on-page", {
        what: "with so much memory",
        why: "the browser gives no more (a smaller `batch_size` or `max_length` needs less)",
      }),
    );
  if (error instanceof CodedError || error instanceof ProgramRefusal) {
    const { message, help } = diagnosticText({ code: error.code as CodedError["code"], data: error.data });
    return { code: error.code, message, ...(help !== undefined && { help }) };
  }
  return { code: null, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

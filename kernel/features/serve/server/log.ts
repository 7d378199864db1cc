/** The log of a server: one JSON line per event. It contains no text of a request. */
import { appendFileSync, closeSync, openSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { serializeError } from "./protocol.js";

export type ServerLogFields = Readonly<Record<string, unknown>>;
export interface ServerLog {
  say(event: string, line?: ServerLogFields): void;
  warn(event: string, error: unknown, line?: ServerLogFields): void;
  /** Reopens the log by its name, after log rotation. Coded error `log-file`: the old file stays open. */
  reopen(): void;
  close(): void;
}

/**
 * @param to a file to append to, or an object that writes lines. If writing fails later, the server continues. Coded
 * error `log-file`
 */
export function openLog(to: string | { write(text: string): unknown }): ServerLog {
  let fd = typeof to === "string" ? opened(to) : null;
  const put = (level: "info" | "warning" | "error", event: string, line: ServerLogFields): void => {
    const text = `${JSON.stringify({ time: new Date().toISOString(), level, event, ...line })}\n`;
    try {
      if (fd !== null) appendFileSync(fd, text);
      else if (typeof to !== "string") to.write(text);
    } catch {
      // A full disk must not stop the server.
    }
  };
  return {
    say: (event, line = {}) => put(levelOf(line), event, line),
    warn(event, error, line = {}) {
      const { code, words } = serializeError(error);
      put("warning", event, { ...(code !== null && { code }), message: words, ...line });
    },
    reopen() {
      if (typeof to !== "string") return;
      const before = fd;
      fd = opened(to);
      if (before !== null) closeSync(before);
    },
    close: () => {
      if (fd !== null) closeSync(fd);
      fd = null;
    },
  };
}

function opened(file: string): number {
  try {
    return openSync(file, "a", 0o600);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new CodedError("log-file", { file, why: whys[code] ?? message }, { cause: error });
  }
}
const whys: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  ENOTDIR: "its folder does not exist",
  EISDIR: "it is a folder",
  EACCES: "this user may not write there",
  EROFS: "nothing can be written there",
};

/** Defects of the program are errors, also in request lines; other 5xx responses are warnings. */
function levelOf({ status, fault }: ServerLogFields): "info" | "warning" | "error" {
  if (fault !== undefined) return "error";
  return typeof status === "number" && status >= 500 ? "warning" : "info";
}

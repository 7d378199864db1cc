/** What a server says of itself while it runs: a line of JSON for each thing that happens. No text of a request is in it. */
import { appendFileSync, closeSync, openSync } from "node:fs";
import { failureOf } from "../serving/control.js";

export type Line = Readonly<Record<string, unknown>>;
export interface Log {
  say(event: string, line?: Line): void;
  /** What went wrong, by its code and its words. */
  warn(event: string, error: unknown, line?: Line): void;
  close(): void;
}

/** @param to a file that is added to, or what lines are written to. Where they can't be written, the server goes on. */
export function openLog(to: string | { write(text: string): unknown }): Log {
  const fd = typeof to === "string" ? openSync(to, "a", 0o600) : null;
  const put = (level: "info" | "warning", event: string, line: Line): void => {
    const text = `${JSON.stringify({ time: new Date().toISOString(), level, event, ...line })}\n`;
    try {
      if (fd !== null) appendFileSync(fd, text);
      else if (typeof to !== "string") to.write(text);
    } catch {
      // A full disk is no reason to answer nobody.
    }
  };
  return {
    say: (event, line = {}) => put("info", event, line),
    warn(event, error, line = {}) {
      const { code, words } = failureOf(error);
      put("warning", event, { ...(code !== null && { code }), message: words, ...line });
    },
    close: () => void (fd !== null && closeSync(fd)),
  };
}

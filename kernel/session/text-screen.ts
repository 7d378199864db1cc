/**
 * Shows output as plain text on a stream. Updatable items (a progress line, a live figure) are printed once, in their
 * last state, before the next permanent item; on a terminal the first of them is rewritten in place meanwhile.
 */
import type { DisplayOutput } from "../display/html.js";
import type { OutputScreen } from "./live-training.js";

export interface TextScreen extends OutputScreen {
  /** Prints the items that are still pending. */
  end(): void;
}

export function textScreen(out: { readonly isTTY?: boolean; write(text: string): unknown }): TextScreen {
  const open = new Map<string, string>();
  const plainText = (shown: DisplayOutput) => String(shown.bundle["text/plain"] ?? "");
  const rewrite = (id: string) => {
    const [live] = open.keys();
    if (out.isTTY && live === id) out.write(`\r\u001b[2K${open.get(id)?.split("\n")[0] ?? ""}`);
  };
  const end = () => {
    if (out.isTTY && open.size > 0) out.write("\r\u001b[2K");
    for (const text of open.values()) out.write(`${text}\n`);
    if (open.size > 0) out.write("\n");
    open.clear();
  };
  const keep = (id: string, shown: DisplayOutput) => {
    open.set(id, plainText(shown));
    rewrite(id);
  };
  const print = (text: string) => {
    end();
    out.write(`${text}\n\n`);
  };
  return {
    display(shown) {
      if (shown.id !== undefined && !shown.fixedText) return keep(shown.id, shown);
      print(plainText(shown));
    },
    update: (shown) => {
      if (!shown.fixedText) keep(shown.id, shown);
      else if (shown.textOfUpdate !== undefined) print(shown.textOfUpdate);
    },
    end,
  };
}

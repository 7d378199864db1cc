/**
 * Tab on an empty line. Inside a block, record or call it offers the possible keys or arguments, and indents the line
 * as the formatter would. In texts, comments and between statements it leaves Tab to the editor, which indents.
 */
import type { EditorView } from "@codemirror/view";

const parts = /"""|\/\*|"(?:[^"\\\n]|\\.)*"?|(?<![^\s{([,])\/\/[^\n]*|#(?!!)[^\n]*|[{}[\]()]/g;
const closing = { '"""': '"""', "/*": "*/" } as const;
const indent = "  ";

/** Returns the brackets open at the end of a text, outermost first; null if it ends inside a text or a comment. */
export function openAtEnd(text: string): string | null {
  let open = "";
  parts.lastIndex = 0;
  for (let found = parts.exec(text); found; found = parts.exec(text)) {
    const [part] = found;
    if (part === '"""' || part === "/*") {
      const end = text.indexOf(closing[part], parts.lastIndex);
      if (end < 0) return null;
      parts.lastIndex = end + closing[part].length;
    } else if ("{[(".includes(part)) open += part;
    else if ("}])".includes(part)) open = open.slice(0, -1);
  }
  return open;
}

/** Handles Tab: returns true if it called `offer`, which opens the list. */
export function offerOnEmptyLine(view: EditorView, offer: () => void): boolean {
  const { doc, readOnly, selection } = view.state;
  const { empty, head } = selection.main;
  const line = doc.lineAt(head);
  if (readOnly || !empty || selection.ranges.length > 1 || line.text.trim() !== "") return false;
  const open = openAtEnd(doc.sliceString(0, line.from));
  if (open === null || !/[{(]$/.test(open)) return false;
  const wanted = indent.repeat(open.length);
  if (line.length < wanted.length)
    view.dispatch({
      changes: { from: line.from, to: line.to, insert: wanted },
      selection: { anchor: line.from + wanted.length },
      userEvent: "input.indent",
    });
  offer();
  return true;
}

/**
 * Tab on an empty line. Where keys or arguments may stand (inside a block, a record, a call) it offers them, the line set in as
 * the formatter would; elsewhere, in a text or a comment and between statements, it is left to the editor, which indents.
 */
import type { EditorView } from "@codemirror/view";

const parts = /"""|\/\*|"(?:[^"\\\n]|\\.)*"?|(?<![^\s{([,])\/\/[^\n]*|#(?!!)[^\n]*|[{}[\]()]/g;
const closing = { '"""': '"""', "/*": "*/" } as const;
const indent = "  ";

/** The brackets that are open where a text ends, outermost first; null: it ends inside a text or a comment. */
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

/** What Tab does: true where `offer` was called, which opens the list. */
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

/** Hover help for words: shows the assistant's page, rendered by the host's Markdown renderer. */
import { forEachDiagnostic } from "@codemirror/lint";
import type { EditorState, Extension } from "@codemirror/state";
import { EditorView, hoverTooltip } from "@codemirror/view";
import type { FoundPage } from "./finding.js";

export interface HoverHost {
  /** Returns null if nothing is known about the offset, or if the text is not Tune. */
  readonly ask: (code: string, offset: number) => Promise<FoundPage | null>;
  readonly render: (markdown: string) => { readonly node: HTMLElement; readonly dispose?: () => void };
}

export function tuneHover(host: HoverHost): Extension {
  return [pageOfWord(host), narrow];
}

/** Also applies to diagnostic tooltips: narrow lines stay readable next to the code. */
const narrow = EditorView.baseTheme({ ".cm-tooltip.cm-tooltip-hover": { maxWidth: "360px", boxSizing: "border-box" } });

/** Whether a diagnostic covers the offset; it has its own tooltip. */
function isFound(state: EditorState, offset: number): boolean {
  let found = false;
  forEachDiagnostic(state, (_, from, to) => {
    if (from <= offset && offset <= to) found = true;
  });
  return found;
}

function pageOfWord({ ask, render }: HoverHost): Extension {
  return hoverTooltip(
    async (view, offset) => {
      // CodeMirror closes a tooltip that is shown when the mouse leaves, but does not cancel a pending one.
      const away = (): boolean => !view.dom.matches(":hover") || isFound(view.state, offset);
      if (away()) return null;
      const code = view.state.doc.toString();
      const found = await ask(code, offset);
      if (!found || away() || view.state.doc.toString() !== code) return null;
      const word = view.state.wordAt(offset);
      return {
        pos: found.start ?? word?.from ?? offset,
        end: found.end ?? word?.to ?? offset,
        above: true,
        create: () => {
          const { node, dispose } = render(found.markdown);
          node.classList.add("tunebook-hover");
          Object.assign(node.style, {
            maxHeight: "320px",
            overflow: "auto",
            padding: "4px 10px",
            fontSize: "12px",
          });
          return { dom: node, ...(dispose && { destroy: dispose }) };
        },
      };
    },
    { hoverTime: 400 },
  );
}

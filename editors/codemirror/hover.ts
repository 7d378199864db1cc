/** What a word means, where the mouse rests on it: the assistant's page of it, drawn by the host as it draws Markdown. */
import type { Extension } from "@codemirror/state";
import { hoverTooltip } from "@codemirror/view";
import type { FoundPage } from "./finding.js";

export interface HoverHost {
  /** Null: nothing is known of that place, or the text isn't Tune. */
  readonly ask: (code: string, offset: number) => Promise<FoundPage | null>;
  readonly render: (markdown: string) => { readonly node: HTMLElement; readonly dispose?: () => void };
}

export function tuneHover({ ask, render }: HoverHost): Extension {
  return hoverTooltip(
    async (view, offset) => {
      // CodeMirror takes a mouse that leaves for the end of what is shown, not of what is under way.
      const left = (): boolean => !view.dom.matches(":hover");
      if (left()) return null;
      const code = view.state.doc.toString();
      const found = await ask(code, offset);
      if (!found || left() || view.state.doc.toString() !== code) return null;
      const word = view.state.wordAt(offset);
      return {
        pos: found.start ?? word?.from ?? offset,
        end: found.end ?? word?.to ?? offset,
        above: true,
        create: () => {
          const { node, dispose } = render(found.markdown);
          node.classList.add("tunebook-hover");
          Object.assign(node.style, {
            maxWidth: "560px",
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

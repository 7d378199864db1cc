// Completion of Tune cells with what each item is, its default and its page: JupyterLab's own kernel completer shows names
// alone. Offsets of JupyterLab's completer count code points.
import { Completer } from "@jupyterlab/completer";
import { holdsTune } from "./cell-language.js";
import { detailOf, labelOf } from "./editor/items.js";

export function completionProvider(channels) {
  const details = new Map(); // of the newest answer, by what is inserted
  const channelOf = async ({ widget, editor, session }) => {
    if (!holdsTune(editor?.model?.sharedModel?.getSource?.() ?? "") || !session) return null;
    return widget?.sessionContext ? channels.ofPanel(widget) : null;
  };
  return {
    identifier: "tunebook:tune",
    rank: 2000, // the first one's renderer draws the items of all: JupyterLab's debugger has one too
    renderer: new Detailed(details),
    isApplicable: async (context) => (await channelOf(context)) !== null,
    async fetch({ offset, text }, context) {
      details.clear();
      const none = { start: offset, end: offset, items: [] };
      const channel = await channelOf(context);
      const answer = await channel?.ask("complete", { code: text, offset: units(text, offset) });
      if (!answer) return none;
      return {
        start: points(text, answer.start),
        end: points(text, answer.end),
        items: answer.matches.map(({ text: insertText, type, detail, doc, deprecated }) => {
          if (detail) details.set(insertText, detail);
          const label = labelOf({ text: insertText });
          return { label, insertText, type, ...(doc && { documentation: doc }), ...(deprecated && { deprecated }) };
        }),
      };
    },
  };
}

/** Beside each item what it takes and what it is without; items of other completers look as ever. */
class Detailed extends Completer.Renderer {
  #details;
  constructor(details) {
    super();
    this.#details = details;
  }
  #detailOf(item) {
    return detailOf({ detail: this.#details.get(item.insertText ?? item.label) });
  }
  createCompletionItemNode(item, types) {
    const node = super.createCompletionItemNode(item, types);
    const detail = this.#detailOf(item);
    const place = node.querySelector(".jp-Completer-typeExtended");
    if (item.deprecated)
      node.querySelector(".jp-Completer-match")?.style.setProperty("text-decoration", "line-through");
    if (detail && place) {
      place.textContent = detail;
      place.style.whiteSpace = "nowrap";
    }
    return node;
  }
  itemWidthHeuristic(item) {
    return item.label.replace(/<[^>]*>/g, "").length + (this.#detailOf(item) || item.type || "").length;
  }
}

const units = (text, offset) => [...text].slice(0, offset).join("").length;
const points = (text, offset) => [...text.slice(0, offset)].length;

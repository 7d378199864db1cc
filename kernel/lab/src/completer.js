// Completion of Tune cells with what each item is, its default and its page: JupyterLab's own kernel completer shows names
// alone. Offsets of JupyterLab's completer count code points.
import { holdsTune } from "./cell-language.js";

export function completionProvider(channels) {
  const channelOf = async ({ widget, editor, session }) => {
    if (!holdsTune(editor?.model?.sharedModel?.getSource?.() ?? "") || !session) return null;
    return widget?.sessionContext ? channels.ofPanel(widget) : null;
  };
  return {
    identifier: "tunebook:tune",
    rank: 700, // before the kernel's own
    renderer: null,
    isApplicable: async (context) => (await channelOf(context)) !== null,
    async fetch({ offset, text }, context) {
      const none = { start: offset, end: offset, items: [] };
      const channel = await channelOf(context);
      const answer = await channel?.ask("complete", { code: text, offset: units(text, offset) });
      if (!answer) return none;
      return {
        start: points(text, answer.start),
        end: points(text, answer.end),
        items: answer.matches.map(({ text: insertText, type, detail, doc }) => ({
          label: insertText.replace(/:\s*$/, ""),
          insertText,
          type: detail ?? type,
          ...(doc && { documentation: doc }),
        })),
      };
    },
  };
}

const units = (text, offset) => [...text].slice(0, offset).join("").length;
const points = (text, offset) => [...text.slice(0, offset)].length;

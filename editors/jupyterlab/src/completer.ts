// Completion of Tune cells with each item's description, default and help page; JupyterLab's kernel completer shows
// only names. Offsets of JupyterLab's completer count code points.
import {
  Completer,
  CompleterModel,
  type CompletionHandler,
  type ICompletionContext,
  type ICompletionProvider,
} from "@jupyterlab/completer";
import { detailOf, labelOf, type Match } from "#editors/codemirror/items.js";
import { holdsTune } from "./cell-language.js";
import type { Channel, Channels, InSession } from "./channel.js";

type Item = CompletionHandler.ICompletionItem;
/** Details of the most recent response, by inserted text. */
type Details = Map<string, Pick<Match, "gloss" | "detail">>;

export function completionProvider(channels: Channels): ICompletionProvider {
  const details: Details = new Map();
  const channelOf = async ({ widget, editor, session }: ICompletionContext): Promise<Channel | null> => {
    if (!holdsTune(editor?.model.sharedModel.getSource() ?? "") || !session) return null;
    return isInSession(widget) ? channels.ofPanel(widget) : null;
  };
  return {
    identifier: "tunebook:tune",
    rank: 2000, // the first provider's renderer draws all items, and JupyterLab's debugger has a provider too
    renderer: new Detailed(details),
    modelFactory: () => Promise.resolve(new OwnItems(details)),
    async isApplicable(context) {
      const applies = (await channelOf(context)) !== null;
      if (!applies) details.clear();
      return applies;
    },
    async fetch({ offset, text }, context) {
      details.clear();
      const none = { start: offset, end: offset, items: [] };
      const channel = await channelOf(context);
      const answer = await channel?.ask("complete", { code: text, offset: units(text, offset) });
      if (!answer) return none;
      return {
        start: points(text, answer.start),
        end: points(text, answer.end),
        items: answer.matches.map(({ text: insertText, type, gloss, detail, doc }) => {
          details.set(insertText, { ...(gloss && { gloss }), ...(detail && { detail }) });
          const label = labelOf({ text: insertText });
          return { label, insertText, type, ...(doc && { documentation: doc }) };
        }),
      };
    },
  };
}

/** Shows only Tune's items if there are any: JupyterLab would add every word, bracket and colon of the cell. */
class OwnItems extends CompleterModel {
  readonly #details: Details;
  constructor(details: Details) {
    super();
    this.#details = details;
  }
  override setCompletionItems(items: Item[]): void {
    const own = items.filter(({ insertText, label }) => this.#details.has(insertText ?? label));
    super.setCompletionItems(own.length > 0 ? own : items);
  }
}

/** Shows the description, arguments and default next to each item; items of other completers are unchanged. */
class Detailed extends Completer.Renderer {
  readonly #details: Details;
  constructor(details: Details) {
    super();
    this.#details = details;
  }
  #detailOf(item: Item): string {
    return detailOf(this.#details.get(item.insertText ?? item.label) ?? {});
  }
  override createCompletionItemNode(item: Item, types: string[]): HTMLLIElement {
    const node = super.createCompletionItemNode(item, types);
    const detail = this.#detailOf(item);
    const place = node.querySelector<HTMLElement>(".jp-Completer-typeExtended");
    if (detail && place) {
      place.textContent = detail;
      Object.assign(place.style, { whiteSpace: "nowrap", fontFamily: "var(--jp-ui-font-family)", fontSize: "0.92em" });
    }
    return node;
  }
  override itemWidthHeuristic(item: Item): number {
    return item.label.replace(/<[^>]*>/g, "").length + (this.#detailOf(item) || item.type || "").length;
  }
}

/** True for notebooks and consoles. */
function isInSession(widget: object): widget is InSession {
  return "sessionContext" in widget && Boolean(widget.sessionContext);
}

const units = (text: string, offset: number): number => [...text].slice(0, offset).join("").length;
const points = (text: string, offset: number): number => [...text.slice(0, offset)].length;

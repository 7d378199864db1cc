/** How the rows of a split become what a model is fed, by what its task reads (`rows` of `Supervision`). */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { must } from "#dsl/diagnostics/must.js";
import { WEIGHT } from "#stdlib/lib/tasks/row-weights.js";
import type { AskedRows, Column, Supervision } from "#stdlib/kinds/task.js";
import { conversationText } from "../core/data/conversations.js";
import { taughtBy as taughtByTargets } from "../core/data/sequences/sequence.js";
import { CutTexts, type TokenRows, type TokenTexts } from "../core/data/sequences/token-rows.js";
import { Windows } from "../core/data/sequences/windows.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import { apartCut } from "./apart.js";
import { askedOf, contextCut, contextsCut, pairsCut, textsCut, wordsCut } from "./asked-rows.js";
import type { Chat } from "./chat.js";
import type { Encoded, Encoding } from "./rows.js";
import type { SplitRows } from "./split-rows.js";

/** `data`: the name of the data, for errors. */
export type Of = Encoding & { readonly data: string };
type Way = (rows: SplitRows, e: Of) => Promise<Encoded>;

const ways: Readonly<Record<Supervision["rows"], Way>> = {
  async texts(rows, e) {
    const first = await rows.texts({});
    const paired = rows.column("text_pair") && (await rows.texts({ role: "text_pair" }));
    const fed = paired ? pairsCut(first, paired, e) : textsCut(first, e);
    return { ...own(rows, "text"), ...fed, taught: taughtBy(rows, fed.asked, e) };
  },
  async words(rows, e) {
    const fed = wordsCut(await rows.words(), e);
    return { ...own(rows, "text"), ...fed, taught: taughtBy(rows, fed.asked, e) };
  },
  async contexts(rows, e) {
    const fed = contextsCut(await rows.contexts(contextCut(e)), e);
    return { ...own(rows, "question"), ...fed, taught: taughtBy(rows, fed.asked, e) };
  },
  async windows(rows, e) {
    const windows = new Windows(await rows.texts({}), e.maxLength, endOf(e));
    const asked = askedOf(windows, e);
    return { ...own(rows, "text"), ids: windows, lengths: windows.lengths, taught: null, asked };
  },
  async apart(rows, e) {
    const roles = ["text", "text_pair", "negative"].filter((role) => rows.column(role));
    const texts: TokenTexts[] = [];
    for (const role of roles) texts.push(await rows.texts({ role }));
    const fed = apartCut(texts, e);
    const [first, second] = ["text", "text_pair"].map((role) => rows.column(role));
    const text = (row: number): string => `${String(first?.at(row))} | ${String(second?.at(row))}`;
    return { ...own(rows, "text"), text, ...fed, taught: taughtBy(rows, fed.asked, e) };
  },
  async pairs(rows, e) {
    const { prefix, start } = must(e.pairs, "what a decoder begins with");
    const read = ended(await rows.texts({ role: "input", prefix }), e);
    const written = ended(await rows.texts({ role: "target" }), e);
    const taught = taughtByTargets({ ...written, start, padId: e.tokenizer.padId });
    return { ...own(rows, "input"), ...read, taught, written: written.lengths, asked: askedOf(read.ids, e) };
  },
};

export async function encodeRows(rows: SplitRows, e: Of): Promise<Encoded> {
  const encoded = e.chat
    ? await conversations(rows, e.chat, e)
    : await ways[e.task.implementation.supervision.rows](rows, e);
  const weights = rows.column(WEIGHT);
  return weights ? { ...encoded, weights: weightsFed(encoded, weights) } : encoded;
}

/** Of the rows that are fed, of which a longer text becomes several. */
function weightsFed({ lengths, ids, asked }: Encoded, weights: Column): Float32Array {
  const own = Float32Array.from(weights as Iterable<number>);
  const { window } = asked;
  const of = ids instanceof Windows ? ids.texts : window && lengths.map((_, row) => window(row).of);
  return of ? Float32Array.from(of, (row) => own[row]!) : own;
}

function own(rows: SplitRows, role: string): Pick<Encoded, "count" | "text" | "rows"> {
  const texts = rows.column(role);
  return { count: rows.count, text: (row) => String(texts?.at(row)), rows: rows.numbers };
}

/** Rows like windows, of which the assistant's tokens are learnt. */
async function conversations(rows: SplitRows, chat: Chat, e: Of): Promise<Encoded> {
  const { ids, lengths, trained } = await rows.chats({ chat, length: e.maxLength, data: e.data });
  return {
    count: rows.count,
    rows: rows.numbers,
    text: (row) => conversationText(rows.messages(row)),
    ids,
    lengths,
    trained,
    asked: askedOf(ids, e),
    taught: null,
  };
}

/** Coded error `no-labels` where the data don't say what the task learns. */
function taughtBy(rows: SplitRows, asked: AskedRows, { model, data, task }: Of): Encoded["taught"] {
  const teach = must(task.implementation.supervision.teach, `what ${asked.call.word} teaches`);
  const taught = teach({ ...asked, values: (role) => rows.column(role), names: rows.names, model, data });
  if (!taught) throw new CodedError("no-labels", { data });
  return taught;
}

/** Texts cut to the length that is left, each with the token that ends it. */
export function ended(
  texts: TokenTexts,
  e: Pick<Encoding, "maxLength" | "end"> & { readonly tokenizer: Pick<Tokenizer, "frame" | "cut"> },
): { readonly ids: TokenRows; readonly lengths: Int32Array } {
  const end = endOf(e);
  const { before, after } = e.tokenizer.frame;
  const most = Math.max(e.maxLength - (end === null ? 0 : 1), before.length + after.length);
  const cut = (ids: Int32Array): Int32Array => {
    const kept = e.tokenizer.cut(ids, most);
    return end === null ? kept : Int32Array.of(...kept, end);
  };
  const lengths = texts.lengths.map((length) => Math.min(length, most) + (end === null ? 0 : 1));
  return { ids: new CutTexts(texts, cut), lengths };
}

/** The end token, unless the tokenizer itself puts it after every text. */
export function endOf({
  end,
  tokenizer,
}: Pick<Encoding, "end"> & { readonly tokenizer: Pick<Tokenizer, "frame"> }): number | null {
  return end === tokenizer.frame.after.at(-1) ? null : end;
}

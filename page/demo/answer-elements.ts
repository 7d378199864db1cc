/** Predictions as elements. Labels and words are inserted as text, never as HTML. */
import { makeElement } from "../app/make.js";
import type { LabelBar, FoundAnswer, PredictionDisplay, TaggedWord, PredictionView } from "./views.js";

/** Maximum number of labels shown at once. */
const MOST = 12;

export function answerNodes(view: PredictionView, threads: number): readonly Node[] {
  const { tokens, whole, milliseconds } = view;
  const cut = whole > tokens ? `, of ${String(whole)}: the rest was cut off` : "";
  const by = threads > 1 ? `${String(threads)} threads` : "one thread";
  const caption = `${String(tokens)} tokens read${cut} · ${milliseconds.toFixed(0)} ms on ${by}`;
  const doubts = view.doubts.map((doubt) => makeElement("p", { className: "doubt" }, doubt));
  return [...shownAs(view.shown), ...doubts, makeElement("p", { className: "faint" }, caption)];
}

function shownAs(shown: PredictionDisplay): readonly Node[] {
  switch (shown.is) {
    case "bars": {
      const given = shown.bars.filter((bar) => bar.given).map(({ label }) => label);
      const answer = makeElement("p", { className: "said", dir: "auto" }, given.join(", ") || "none of the labels");
      return [answer, barsOf(shown.bars)];
    }
    case "number":
      return [makeElement("p", { className: "said" }, shown.text)];
    case "alike":
      return [
        makeElement("p", { className: "said" }, `Similarity ${shown.similarity.toFixed(3)}`),
        makeElement(
          "p",
          { className: "faint" },
          "1: the two mean the same, as far as the model tells; about 0: they have nothing in common.",
        ),
        trackOf(Math.max(0, shown.similarity), true),
      ];
    case "span":
      return spanOf(shown.answer);
    case "words":
      return wordsOf(shown.words, shown.cut);
    case "gaps":
      return [
        makeElement("p", { className: "said", dir: "auto" }, shown.filled),
        ...shown.gaps.map((gap) => barsOf(gap)),
      ];
  }
}

/** Characters around an answer that are shown without expanding. */
const AROUND = 600;
/** Shows the answer, and the context with the answer marked. */
function spanOf({ answer, context, start, end, probability }: FoundAnswer): readonly Node[] {
  const sure = makeElement("small", {}, percentText(probability));
  if (answer === "") return [makeElement("p", { className: "said" }, "no answer in this context ", sure)];
  const [from, to] = [Math.max(0, start - AROUND), Math.min(context.length, end + AROUND)];
  const before = `${from > 0 ? "…" : ""}${context.slice(from, start)}`;
  const after = `${context.slice(end, to)}${to < context.length ? "…" : ""}`;
  return [
    makeElement("p", { className: "said", dir: "auto" }, answer, " ", sure),
    makeElement(
      "p",
      { className: "context", dir: "auto" },
      before,
      makeElement("mark", {}, context.slice(start, end)),
      after,
    ),
  ];
}

function barsOf(bars: readonly LabelBar[]): HTMLElement {
  const first = bars.filter(({ given }, i) => i < MOST || given);
  const others = bars.filter((bar) => !first.includes(bar));
  const list = makeElement("ul", { className: "bars" }, ...first.map(barOf));
  if (others.length === 0) return list;
  const moreText = `${String(others.length)} less likely ${others.length === 1 ? "one" : "ones"}`;
  const more = makeElement("ul", { className: "bars" }, ...others.map(barOf));
  return makeElement(
    "div",
    {},
    list,
    makeElement("details", {}, makeElement("summary", { className: "faint" }, moreText), more),
  );
}

function barOf({ label, share, given }: LabelBar): HTMLElement {
  const [name, figure] = [
    makeElement("span", { className: "label", dir: "auto" }, label),
    makeElement("span", { className: "share" }, percentText(share)),
  ];
  const head = makeElement("div", { className: "head" }, name, " ", figure);
  return makeElement("li", { className: given ? "given" : "" }, head, trackOf(share, given));
}

/** Draws a bar for a share that is also shown as a number. */
function trackOf(share: number, given: boolean): HTMLElement {
  const fill = makeElement("div", { className: "fill" });
  fill.style.width = `${(100 * Math.min(1, share)).toFixed(1)}%`;
  const track = makeElement("div", { className: "track", ariaHidden: "true" }, fill);
  return given ? makeElement("div", { className: "given" }, track) : track;
}

/** Formats a share; values near 0 and 1 are not rounded to them. */
export function percentText(share: number): string {
  const whole = 100 * share;
  if (whole > 99.9 && whole < 100) return "> 99.9 %";
  if (whole > 0 && whole < 0.1) return "< 0.1 %";
  return `${whole.toFixed(1)} %`;
}

/** Tag of words outside every entity. */
const OUTSIDE = "O";
/** Marks entities with their kinds; if there are none, words with their tags. */
function wordsOf(words: readonly TaggedWord[], cut: number): readonly Node[] {
  const tagged = words.some(({ entity }) => entity !== null);
  const line = makeElement("p", { className: "words", dir: "auto" });
  for (let index = 0; index < words.length; index++) {
    if (index > 0) line.append(" ");
    const { text, entity, tag } = words[index]!;
    if (tagged ? entity === null : tag === OUTSIDE) {
      line.append(text);
      continue;
    }
    const part = [text];
    let least = words[index]!.probability;
    while (tagged && words[index + 1]?.goesOn) {
      part.push(words[++index]!.text);
      least = Math.min(least, words[index]!.probability);
    }
    const [before, core, after] = withoutMarks(part.join(" "));
    const sign = makeElement("small", {}, `${tagged ? (entity ?? "") : tag} ${percentText(least)}`);
    line.append(before, makeElement("mark", {}, core, " ", sign), after);
  }
  const none = makeElement("p", { className: "said" }, "nothing was found");
  const rest = makeElement("p", { className: "faint" }, `${String(cut)} words at the end were not read.`);
  return [...(line.querySelector("mark") ? [] : [none]), line, ...(cut > 0 ? [rest] : [])];
}

/** Words are split at blanks, so punctuation that is not part of the entity is separated from it. */
function withoutMarks(text: string): readonly [before: string, core: string, after: string] {
  const [, before = "", core = "", after = ""] =
    /^([\p{Ps}\p{Pi}"']*)(.*?)([.,;:!?…\p{Pe}\p{Pf}"']*)$/su.exec(text) ?? [];
  return core === "" ? ["", text, ""] : [before, core, after];
}

/**
 * Error productions at the level of tokens: what people type out of habit is read as what they meant, and reported.
 * Stands between the lexer and the balancing of brackets. What comes out holds only tokens of the grammar.
 */
import type { IToken } from "chevrotain";
import type { Reporter } from "../diagnostics/reporter.js";
import { replace } from "../diagnostics/reporter.js";
import type { SourceId, Span } from "../diagnostics/span.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import type {} from "./codes.js";
import * as t from "./tokens.js";

const units = new Set(["ms", "s", "min", "h", "d", "KB", "MB", "GB", "KiB", "MiB", "GiB"]);

export function mend(tokens: readonly IToken[], source: SourceId, reporter: Reporter): IToken[] {
  const out: IToken[] = [];
  const span = (from: IToken, to: IToken = from): Span => ({ source, start: from.startOffset, end: t.endOf(to) });
  const queue = undashed(tokens, source, reporter);
  const allowance = allowances(out);
  let inside = 0; // open ( and [
  for (let i = 0; i < queue.length; i++) {
    const token = queue[i];
    if (!token) continue;
    const next = queue[i + 1];
    const last = out.at(-1);
    if (token.tokenType === t.LeftParen || token.tokenType === t.LeftSquare) inside++;
    if (token.tokenType === t.RightParen || token.tokenType === t.RightSquare) inside = Math.max(0, inside - 1);
    switch (token.tokenType) {
      case t.BadString: {
        const { string, rest } = quoted(token);
        if (/^['\u2018\u2019\u201c\u201d\u201e]/.test(token.image) && rest === undefined)
          reporter.report("wrong-quotes", {}, span(string), { fix: replace(span(string), string.image) });
        else
          reporter.report("unclosed-string", {}, span(string), {
            labels: [{ span: { source, start: t.endOf(token) - 1, end: t.endOf(token) }, text: "the line ends here" }],
            fix: { ...replace(span(string), string.image), certain: false },
          });
        out.push(string);
        if (rest) queue.splice(i + 1, 0, ...rest);
        break;
      }
      case t.Equals:
        // The blank before it goes too: a colon touches its key.
        reporter.report("equals-for-colon", {}, span(token), {
          fix: replace(
            { ...span(token), start: last && last.tokenType !== t.NewLine ? t.endOf(last) : token.startOffset },
            ":",
          ),
        });
        out.push(t.retyped(token, t.Colon));
        break;
      case t.Semicolon:
        reporter.report("semicolon", {}, span(token), {
          fix: replace(span(token), next && next.tokenType !== t.NewLine ? "," : ""),
        });
        if (next && next.tokenType !== t.NewLine && !t.isClose(next))
          out.push(inside || depthOf(out) ? t.retyped(token, t.Comma) : t.retyped(token, t.NewLine));
        break;
      case t.Hash:
        reporter.report("hash-comment", {}, span(token), {
          fix: replace({ ...span(token), end: token.startOffset + 1 }, "// ", "write `//`"),
        });
        break;
      case t.Kebab: {
        // Codes are written as they are said: `allow: { rare-label: "…" }`.
        if (next?.tokenType === t.Colon && allowance()) {
          out.push(t.retyped(token, t.Identifier, token.image));
          break;
        }
        const name = token.image.replaceAll("-", "_");
        reporter.report("kebab-name", { name: token.image, instead: name }, span(token), {
          fix: replace(span(token), name),
        });
        out.push(t.retyped(token, t.Identifier, name));
        break;
      }
      case t.Num: {
        if (/^[\u2212\u2013]/.test(token.image)) {
          reporter.report("minus-sign", {}, span(token), { fix: replace(span(token), `-${token.image.slice(1)}`) });
          out.push(t.retyped(token, t.Num, `-${token.image.slice(1)}`));
          break;
        }
        if (last?.tokenType === t.Comma && isThousands(out, token)) {
          const head = out[out.length - 2] as IToken;
          const joined = {
            ...t.retyped(head, t.Num, head.image + token.image),
            endOffset: token.endOffset ?? t.endOf(token) - 1,
          };
          reporter.report("thousands-comma", { number: joined.image }, span(head, token), {
            fix: replace(span(head, token), `${head.image}_${token.image}`),
          });
          out.splice(out.length - 2, 2, joined);
          break;
        }
        if (
          next &&
          /\d$/.test(token.image) &&
          t.endOf(token) < next.startOffset &&
          (units.has(next.image) || next.image === "%") &&
          !isKeyAt(queue, i + 1)
        ) {
          const image = token.image + next.image;
          reporter.report("separated-unit", { number: image }, span(token, next), {
            fix: replace(span(token, next), image),
          });
          out.push({ ...t.retyped(token, t.Num, image), endOffset: t.endOf(next) - 1 });
          i++;
          break;
        }
        out.push(token);
        break;
      }
      case t.Dot:
        if (
          next?.tokenType === t.Num &&
          next.startOffset === t.endOf(token) &&
          /^\d/.test(next.image) &&
          (!last || t.endOf(last) < token.startOffset || !t.endsValue(last))
        ) {
          reporter.report("bare-decimal", { number: `0.${next.image}` }, span(token, next), {
            fix: replace(span(token, next), `0.${next.image}`),
          });
          out.push({ ...t.retyped(token, t.Num, `0.${next.image}`), endOffset: t.endOf(next) - 1 });
          i++;
        } else out.push(token);
        break;
      case t.Unknown: {
        // What stands together is one mistake; behind a fence of Markdown the line is no Tune.
        let end = i;
        while (touching(queue[end], queue[end + 1])) end++;
        let last = queue[end] as IToken;
        const character = queue
          .slice(i, end + 1)
          .map((k) => k.image)
          .join("");
        if (character.startsWith("```"))
          while (queue[end + 1] && queue[end + 1]?.tokenType !== t.NewLine) last = queue[++end] as IToken;
        reporter.report("unknown-character", { character }, span(token, last), {
          ...(/^[-+*/!&|^%]+$/.test(character) ? {} : { fix: characterMend(character, span(token, last), out.at(-1)) }),
        });
        i = end;
        break;
      }
      case t.Identifier:
        if (
          /^[fbru]{1,2}$/i.test(token.image) &&
          next?.startOffset === t.endOf(token) &&
          [t.Str, t.BadString, t.Text].includes(next.tokenType)
        )
          reporter.report("string-prefix", { prefix: token.image }, span(token), { fix: replace(span(token), "") });
        else out.push(token);
        break;
      default:
        out.push(token);
    }
  }
  return out;
}

/** YAML's `~` after a colon is `none`; what else means nothing is taken out, where one is asked. */
function characterMend(character: string, place: Span, before: IToken | undefined): Fix {
  if (character === "~" && before?.image === ":") return replace(place, "none");
  return { ...replace(place, ""), certain: false };
}

function touching(a: IToken | undefined, b: IToken | undefined): boolean {
  return a !== undefined && b?.tokenType === t.Unknown && t.endOf(a) === b.startOffset;
}

/** YAML's lists, `- item` line by line after a key's colon, read as `[item, item]`. */
function undashed(tokens: readonly IToken[], source: SourceId, reporter: Reporter): IToken[] {
  const isDash = (i: number): boolean =>
    tokens[i]?.tokenType === t.NewLine && tokens[i + 1]?.tokenType === t.Unknown && tokens[i + 1]?.image === "-";
  const out: IToken[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as IToken;
    out.push(token);
    if (token.tokenType !== t.Colon || !isDash(i + 1)) continue;
    const first = tokens[i + 2] as IToken;
    const items: IToken[][] = [];
    while (isDash(i + 1)) {
      let end = i + 3;
      while (end < tokens.length && tokens[end]?.tokenType !== t.NewLine && tokens[end]?.image !== "}") end++;
      items.push(tokens.slice(i + 3, end));
      i = end - 1;
    }
    const last = items.at(-1)?.at(-1) ?? first;
    const list = `[${items.map((item) => item.map((k) => k.image).join("")).join(", ")}]`;
    const span = { source, start: first.startOffset, end: t.endOf(last) };
    reporter.report("dash-list", { list }, span, { fix: replace({ ...span, start: t.endOf(token) }, ` ${list}`) });
    out.push(t.virtual(t.LeftSquare, first, first.startOffset, "["));
    for (const [n, item] of items.entries()) {
      if (n > 0) out.push(t.virtual(t.Comma, item[0] ?? first, item[0]?.startOffset ?? first.startOffset, ","));
      out.push(...item);
    }
    out.push(t.virtual(t.RightSquare, last, t.endOf(last), "]"));
  }
  return out;
}

/** A badly quoted string as a `Str` token, without the brackets and commas that an unclosed one swallowed. */
function quoted(token: IToken): { string: IToken; rest?: IToken[] } {
  const image = token.image;
  const closed = image.length > 1 && /["'\u2018\u2019\u201c\u201d]$/.test(image) && !/[^\\]\\["']$/.test(image);
  if (closed) {
    const body = image.slice(1, -1).replace(/\\'/g, "'");
    return { string: t.retyped(token, t.Str, `"${/^["]/.test(image) ? body : body.replace(/(?<!\\)"/g, '\\"')}"`) };
  }
  // Where a further key follows, the string ended before its comma.
  const kept = /^["'][^,]*(?=,\s*[\p{ID_Continue}.]+\s*:\s)/u.exec(image)?.[0] ?? unclosed(image);
  const end = token.startOffset + kept.length;
  const string = { ...t.retyped(token, t.Str, `"${kept.slice(1)}"`), endOffset: end - 1 };
  const rest = t.lex(image.slice(kept.length)).tokens.map((r) => ({
    ...r,
    startOffset: r.startOffset + end,
    endOffset: t.endOf(r) + end - 1,
    ...(token.startLine === undefined ? {} : { startLine: token.startLine, endLine: token.startLine }),
  }));
  return { string, rest };
}

/** Without the closers, commas and blanks at its end. */
function unclosed(image: string): string {
  let end = image.length;
  while (end > 0 && /[\s)\]},]/.test(image.charAt(end - 1))) end--;
  return image.slice(0, end);
}

/** `1,000`: a number, a comma and three digits without a blank; in a list only where the digits begin with 0. */
function isThousands(out: readonly IToken[], token: IToken): boolean {
  const comma = out.at(-1);
  const head = out.at(-2);
  if (head?.tokenType !== t.Num || !comma || !/^\d{3}$/.test(token.image) || !/^-?\d{1,3}$/.test(head.image.slice(-4)))
    return false;
  if (t.endOf(head) !== comma.startOffset || t.endOf(comma) !== token.startOffset) return false;
  return token.image.startsWith("0") || out.at(-3)?.tokenType === t.Colon;
}
/** Tells whether the end of the tokens, which grow, stands in `allow: { … }`. */
function allowances(tokens: readonly IToken[]): () => boolean {
  const open: boolean[] = [];
  let seen = 0;
  return () => {
    for (; seen < tokens.length; seen++) {
      const token = tokens[seen] as IToken;
      if (t.isClose(token)) open.pop();
      else if (t.isOpen(token))
        open.push(
          token.image === "{" && tokens[seen - 1]?.tokenType === t.Colon && tokens[seen - 2]?.image === "allow",
        );
    }
    return open.at(-1) ?? false;
  };
}
function isKeyAt(tokens: readonly IToken[], i: number): boolean {
  return tokens[i + 1]?.tokenType === t.Colon;
}
function depthOf(tokens: readonly IToken[]): number {
  return tokens.reduce((depth, token) => depth + (t.isOpen(token) ? 1 : t.isClose(token) ? -1 : 0), 0);
}

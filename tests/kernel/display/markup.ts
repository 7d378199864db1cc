/** Reads markup strictly: tags closed in order, attributes quoted, no `<` or stray `&` in text. Throws otherwise. */
import { Parser } from "htmlparser2";

const alone = new Set(["img", "br", "hr"]);

export interface Seen {
  readonly tags: ReadonlySet<string>;
  readonly attributes: ReadonlySet<string>;
  readonly text: string;
}

/** Parses the markup as a browser would. Throws if a tag is left open or closed out of order. */
export function readMarkup(markup: string, kind: "svg" | "html"): Seen {
  const tags = new Set<string>();
  const attributes = new Set<string>();
  const open: string[] = [];
  let text = "";
  const strict = /<\/?[A-Za-z][\w:-]*(?:\s+[\w:-]+="[^"<]*")*\s*\/?>|[^<>]+/gy;
  for (let at = 0; at < markup.length; at = strict.lastIndex) {
    strict.lastIndex = at;
    const token = strict.exec(markup)?.[0];
    if (token === undefined) throw new Error(`no markup at ${at}: ${markup.slice(at, at + 60)}`);
    if (!token.startsWith("<")) {
      const stray = /&(?!(?:amp|lt|gt|quot|#39);)/.exec(token);
      if (stray) throw new Error(`a stray & in ${token.slice(0, 60)}`);
      continue;
    }
    const name = /^<\/?([A-Za-z][\w:-]*)/.exec(token)![1]!;
    if (token.startsWith("</")) {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${last ?? "nothing"}>`);
    } else if (!token.endsWith("/>") && !(kind === "html" && alone.has(name))) open.push(name);
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)!}> is never closed`);
  const parser = new Parser(
    {
      onopentag: (name, given) => {
        tags.add(name);
        for (const attribute of Object.keys(given)) attributes.add(attribute);
      },
      ontext: (part) => {
        text += part;
      },
    },
    { xmlMode: kind === "svg", decodeEntities: true },
  );
  parser.end(markup);
  return { tags, attributes, text };
}

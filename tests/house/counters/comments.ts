/** Marker words of comments: everyday words used in place of the field's terms. */
import ts from "typescript";
import type { Count, Figure } from "../figure.js";
import type { Place, SourceFile } from "../file.js";

const MARKERS =
  /\b(told|asked|said|held|kept|stands|beside|around|whole|learnt|mend(s|ed)?|meant|sorts?|hand(s|ed)? on|comes? to|what there is|as it stands)\b/gi;

export interface Words {
  readonly words: number;
  readonly markers: readonly Place[];
}

/**
 * Returns comments with their offsets. Text that looks like a comment within a string, template or regular expression
 * is excluded.
 */
export function commentsOf({ text, tree }: SourceFile): readonly (readonly [offset: number, comment: string])[] {
  const literals: (readonly [number, number])[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isLiteralExpression(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      literals.push([node.getStart(tree), node.end]);
    else ts.forEachChild(node, visit);
  };
  visit(tree);
  const comments: (readonly [number, string])[] = [];
  const pattern = /\/\/.*|\/\*[\s\S]*?\*\//g;
  for (let next = 0, found = pattern.exec(text); found; found = pattern.exec(text)) {
    const { index } = found;
    while ((literals[next]?.[1] ?? Infinity) <= index) next++;
    const [start, end] = literals[next] ?? [Infinity, Infinity];
    if (start <= index) pattern.lastIndex = end;
    else comments.push([index, found[0]]);
  }
  return comments;
}

const known = new WeakMap<SourceFile, Words>();
export function commentWords(source: SourceFile): Words {
  const before = known.get(source);
  if (before) return before;
  const { file, tree } = source;
  let words = 0;
  const markers: Place[] = [];
  for (const [offset, comment] of commentsOf(source)) {
    words += comment.match(/[A-Za-z][\w'’-]*/g)?.length ?? 0;
    for (const { index, 0: what } of comment.matchAll(MARKERS))
      markers.push({ file, line: tree.getLineAndCharacterOfPosition(offset + index).line + 1, what });
  }
  const result = { words, markers };
  known.set(source, result);
  return result;
}

/** Returns marker words per 1,000 comment words, to one decimal. */
export function markerRate(sources: readonly SourceFile[]): Count {
  const all = sources.map(commentWords);
  const words = all.reduce((sum, one) => sum + one.words, 0);
  const places = all.flatMap(({ markers }) => markers);
  return { value: words === 0 ? 0 : Math.round((10_000 * places.length) / words) / 10, places };
}

const NAME = "marker words per 1,000 comment words";
export const commentFigures: readonly Figure[] = [
  { name: NAME, bar: 3, count: ({ sources }) => markerRate(sources) },
  ...["dsl", "stdlib", "kernel", "page"].map((folder): Figure => ({
    name: `${NAME} of ${folder}`,
    bar: 3,
    count: ({ sources }) => markerRate(sources.filter(({ file }) => file.startsWith(`${folder}/`))),
  })),
];

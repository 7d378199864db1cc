/**
 * Replaces the sources of cells in a notebook file and changes no other byte: outputs, metadata, the order of keys,
 * indentation. In a cell written as a list of lines, unchanged lines keep their bytes too.
 */
import { findNodeAtLocation, parseTree, type Node } from "jsonc-parser";

/** `cells`: the cell's index in the notebook, from 0 → its new source. */
export function replaceCellSources(file: string, cells: ReadonlyMap<number, string>): string {
  const root = parseTree(file.replace(/^\uFEFF/, " "));
  if (!root) return file;
  const edits = [...cells].flatMap(([cell, source]) => {
    const node = findNodeAtLocation(root, ["cells", cell, "source"]);
    return node ? [{ node, text: written(file, node, source) }] : [];
  });
  return edits
    .sort((a, b) => b.node.offset - a.node.offset)
    .reduce((whole, { node, text }) => whole.slice(0, node.offset) + text + whole.slice(endOf(node)), file);
}

function written(file: string, node: Node, source: string): string {
  if (node.type !== "array") return JSON.stringify(source);
  const old = node.children ?? [];
  const [first, second] = old;
  const lines = source.match(/[^\n]*\n|[^\n]+/g) ?? [];
  if (!first || lines.length === 0) return JSON.stringify(lines);
  const same = (line: string | undefined, one: Node | undefined): boolean => line !== undefined && line === one?.value;
  const short = Math.min(lines.length, old.length);
  let head = 0;
  while (head < short && same(lines[head], old[head])) head += 1;
  let tail = 0;
  while (tail < short - head && same(lines.at(-1 - tail), old.at(-1 - tail))) tail += 1;
  const raw = (one: Node): string => file.slice(one.offset, endOf(one));
  // The text between two lines; with a single line, the text before it.
  const between = second ? file.slice(endOf(first), second.offset) : `,${file.slice(node.offset + 1, first.offset)}`;
  const all = [
    ...old.slice(0, head).map(raw),
    ...lines.slice(head, lines.length - tail).map((line) => JSON.stringify(line)),
    ...(tail > 0 ? old.slice(-tail).map(raw) : []),
  ];
  const last = old.at(-1) as Node;
  return file.slice(node.offset, first.offset) + all.join(between) + file.slice(endOf(last), endOf(node));
}

const endOf = (node: Node): number => node.offset + node.length;

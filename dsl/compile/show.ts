/** `show`: a definition, or a part of what it came to. */
import type { Header } from "../types/header.js";
import type { Program } from "../plan/program.js";
import type { NameKind } from "../plan/outside.js";
import { printTree } from "../syntax/print.js";
import { act } from "./act.js";
import { named } from "./names.js";

const trained = ["tree", "plan", "history", "graph", "passes", "program", "emitted", "mask"] as const;
/** What can be shown of a name, by what it stands for. */
export const topics: Readonly<Record<NameKind, readonly string[]>> = {
  model: trained,
  run: trained,
  data: ["tree", "plan"],
  recipe: ["tree", "plan"],
  sweep: ["tree", "history", "best"],
  prediction: ["tree"],
  parameters: [],
};

export function show(program: Program, header: Header): void {
  const { block } = header.statement;
  if (block) program.report("statement-takes-no-block", { verb: "show" }, block.span);
  if (!header.sound) return;
  for (const operand of header.operands) {
    const found = named(program, operand, Object.keys(topics) as NameKind[], "name", "show");
    if (!found) continue;
    const [, topic] = found.node.path;
    const has = topics[found.of.is];
    if (topic && !has.includes(topic.text)) {
      program.report("unknown-topic", { name: found.name, topic: topic.text, has }, topic.span);
      continue;
    }
    const source = program.sources.get(found.of.source);
    const verbs = program.registry.verbs().map((verb) => verb.name);
    const tree = topic?.text === "tree" && source ? { tree: printTree(source, verbs, found.name) } : {};
    act(program, header, "show", { topic: found.node.path.map((n) => n.text), ...tree });
  }
}

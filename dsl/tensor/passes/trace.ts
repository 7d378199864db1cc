/**
 * Traces the passes over a program as text: the number of nodes after each pass, and which ops disappeared and
 * appeared.
 */
import type { Program } from "../program.js";
import type { PassSettings } from "./pass.js";
import { passes } from "./table.js";

/** Prints one pass per line; `program` is the program as built, before any pass. */
export function printPasses(program: Program, settings: PassSettings): string {
  let present = program;
  const rows: (readonly [string, string, string])[] = [["as built", String(program.nodes.length), ""]];
  for (const pass of passes) {
    const off = settings.off?.has(pass.name) === true;
    const next = off ? present : pass.run(present, settings);
    const what = off ? "off" : difference(present, next) || "nothing to do";
    rows.push([pass.name, String(next.nodes.length), what]);
    present = next;
  }
  const head = ["pass", "nodes", "operations that went and came"] as const;
  const all = [head, ...rows];
  const [name, nodes] = [0, 1].map((i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  return all.map(([a, b, c]) => `${a.padEnd(name ?? 0)}  ${b.padStart(nodes ?? 0)}  ${c}`.trimEnd() + "\n").join("");
}

function difference(before: Program, after: Program): string {
  const [old, now] = [counted(before), counted(after)];
  const ops = [...new Set([...old.keys(), ...now.keys()])].sort();
  return ops
    .flatMap((op) => {
      const more = (now.get(op) ?? 0) - (old.get(op) ?? 0);
      return more === 0 ? [] : [`${more > 0 ? "+" : "−"}${String(Math.abs(more))} ${op}`];
    })
    .join(", ");
}
function counted({ nodes }: Program): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { op } of nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return counts;
}

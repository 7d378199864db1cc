/** Experiments: what is still being tried can be written only where the version line switches it on by name. */
import type { Registry } from "./registry.js";
import type { Clause, Statement } from "../syntax/tree.js";
import { parse } from "../syntax/parse.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import type {} from "./codes/lifecycle-codes.js";
import { nearest } from "../diagnostics/nearest.js";
import type { Scope } from "./scope.js";
import { replace } from "../diagnostics/reporter.js";
import type { Span } from "../diagnostics/span.js";
import { LANGUAGE, reached } from "./versions.js";

/** The version since which an experiment needs no switch, where it has come. */
export function standardSince(registry: Registry, name: string): string | undefined {
  const since = registry.find("experiment", name)?.standard;
  return since !== undefined && reached(registry.version, since) ? since : undefined;
}
/** Experiments that can be switched on. */
export function openExperiments(registry: Registry): readonly string[] {
  return registry
    .ofKind("experiment")
    .map((word) => word.name)
    .filter((name) => standardSince(registry, name) === undefined);
}
/** Whether what a record describes can be written: it is no experiment, is standard by now, or is switched on. */
export function isOpen(
  record: { readonly experiment?: string },
  registry: Registry,
  on: ReadonlySet<string>,
): record is { readonly experiment?: never } {
  const { experiment } = record;
  return experiment === undefined || on.has(experiment) || standardSince(registry, experiment) !== undefined;
}

/** The version line that switches `name` on too, and the mend that writes it; no mend where the text is a part of one. */
export function switchedOn(scope: Scope, name: string): { readonly line: string; readonly fix?: Fix } {
  const { source, versionLine, registry } = scope;
  const line = `tune ${String(LANGUAGE)} with ${[...scope.experiments, name].join(", ")}`;
  const title = `switch on \`${name}\``;
  const at = (start: number, text: string): Fix => ({ title, certain: false, edits: [{ start, end: start, text }] });
  if (versionLine) {
    const clause = withOf(versionLine);
    const end = (clause?.operands.at(-1) ?? versionLine.operands[0])?.span.end;
    return end === undefined ? { line } : { line, fix: at(end, clause ? `, ${name}` : ` with ${name}`) };
  }
  if (source.cell === undefined && /#\d+$/.test(source.id)) return { line };
  const verbs = registry.verbs().map((verb) => verb.name);
  const first = parse(source, verbs).tree.statements[0];
  return { line, fix: at(first?.span.start ?? 0, `${line}\n`) };
}

/** Reads the names after `with` of a version line: those that are experiments today. */
export function experimentsOf(scope: Scope, line: Statement): readonly string[] {
  const { registry } = scope;
  const clause = withOf(line);
  const has = openExperiments(registry);
  const on: string[] = [];
  for (const [i, operand] of (clause?.operands ?? []).entries()) {
    if (operand.is !== "word" || operand.arguments || operand.path.length > 1) {
      scope.report(
        "wrong-operand",
        { after: "with", wanted: "the name of an experiment", found: `\`${scope.textOf(operand.span) ?? ""}\`` },
        operand.span,
      );
      continue;
    }
    const name = operand.text;
    const without = { fix: { title: `remove \`${name}\``, certain: true, edits: [leftOut(line, clause, i)] } };
    const since = standardSince(registry, name);
    if (on.includes(name)) scope.report("duplicate-key", { key: name }, operand.span, without);
    else if (since !== undefined) scope.report("standard-experiment", { name, since }, operand.span, without);
    else if (has.includes(name)) on.push(name);
    else {
      const near = nearest(name, has);
      scope.report(
        "unknown-experiment",
        { name, has, ...(near && { nearest: near }) },
        operand.span,
        near ? { fix: { ...replace(operand.span, near), certain: false } } : without,
      );
    }
  }
  return on;
}

const withOf = (line: Statement): Clause | undefined => line.clauses.find((c) => c.connector.text === "with");

/** The edit that takes the name at `i` out, its comma or the whole `with` included. */
function leftOut(line: Statement, clause: Clause | undefined, i: number): Span & { readonly text: "" } {
  const all = clause?.operands ?? [];
  const [before, it, after] = [all[i - 1]?.span, all[i]?.span ?? line.span, all[i + 1]?.span];
  if (before) return { ...it, start: before.end, text: "" };
  if (after) return { ...it, end: after.start, text: "" };
  return { ...it, start: line.operands.at(-1)?.span.end ?? it.start, text: "" };
}

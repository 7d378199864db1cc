/**
 * Applies `with search.best`: adds the settings of a sweep's best trial to a statement. The kernel returns them as Tune
 * text by path, such as `optimizer.learning_rate` → `2e-3`.
 */
import { replacementFix } from "../../../language/diagnostics/reporter.js";
import { readKeys } from "../../../language/types/keys.js";
import type { Program } from "../program.js";
import type { GivenValue } from "../../../language/types/value.js";
import type { Verb } from "../../../language/types/registry.js";
import { parse } from "../../../language/syntax/parse.js";
import type { WordNode } from "../../../language/syntax/tree.js";
import { verbParametersOf, recordOrEmpty } from "../definitions.js";
import { isFailedFact } from "../../../language/types/facts.js";

export interface BestTrial {
  readonly data: ReadonlyMap<string, GivenValue>;
  readonly model: ReadonlyMap<string, GivenValue>;
  readonly recipe: ReadonlyMap<string, GivenValue>;
}

/** Whether the reference ends in `.best`, whatever the name. */
export function isBestReference({ path: [, part, ...more] }: WordNode): boolean {
  return part?.text === "best" && more.length === 0;
}

/** Reports a part of a sweep other than `best`, the only one that stands for a model or recipe. */
export function reportUnknownSweepPart(program: Program, node: WordNode, after: string): void {
  const part = node.path[1];
  const wanted = `\`${node.path[0]?.text ?? node.text}.best\`, its best trial`;
  const fix = part ? { fix: { ...replacementFix(part.span, "best"), certain: false } } : {};
  program.report("wrong-operand", { after, wanted, found: `\`${node.text}\`` }, node.span, fix);
}

/** @returns null if it is unavailable (reported) or not known yet */
export function bestTrialOf(program: Program, node: WordNode): BestTrial | null {
  const name = node.path[0]?.text ?? "";
  const sweep = program.sweeps.get(name);
  if (node.path.length > 1 && node.path[1]?.text !== "best") {
    reportUnknownSweepPart(program, node, "with");
    return null;
  }
  if (sweep?.detached && sweep.here && node.path[1]?.text === "best") {
    program.report("trains-apart", { name }, node.span);
    return null;
  }
  if (sweep?.here || node.path[1]?.text !== "best") {
    program.report("known-after-run", { name: node.text }, node.span);
    return null;
  }
  if (program.purpose === "assist") return { data: new Map(), model: new Map(), recipe: new Map() };
  const fact = program.ask({ about: "name", of: node.text });
  if (fact === undefined) return null;
  if (isFailedFact(fact)) {
    if (fact.failed.code === "unknown-reference" && sweep?.detached)
      program.report("trains-apart", { name }, node.span);
    else if (fact.failed.code === "unknown-reference")
      program.report("known-after-run", { name: node.text }, node.span);
    else program.reportFailed(fact, node.span);
    return null;
  }
  const values = Object.entries(recordOrEmpty(fact.value)).filter(
    (e): e is [string, string] => typeof e[1] === "string",
  );
  if (values.length === 0) {
    program.report("known-after-run", { name: node.text }, node.span);
    return null;
  }
  const verbs = program.registry.verbs().map((v) => v.name);
  const read = (verb: "data" | "model" | "recipe"): ReadonlyMap<string, GivenValue> => {
    const parameters = verbParametersOf(program, verb);
    const roots = parameters.map((p) => p.name);
    const text = values
      .filter(([path]) => roots.includes(path.split(".")[0] ?? path))
      .map(([path, value]) => `${parameters.find((p) => p.variedAs === path)?.name ?? path}: ${value}`)
      .join("\n");
    const [statement] = parse(
      { id: `${program.source.id} ${node.text}`, title: node.text, text: `${verb} best {\n${text}\n}` },
      verbs,
    ).tree.statements;
    const record = program.registry.find("verb", verb) as Verb | undefined;
    return statement?.block && record
      ? readKeys(program, statement.block.entries, record, record.parameters, sweep?.[verb]).given
      : new Map();
  };
  return { data: read("data"), model: read("model"), recipe: read("recipe") };
}

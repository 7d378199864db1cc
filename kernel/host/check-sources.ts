/**
 * Compiles sources in order as a session would, without running anything: each is checked first with partial facts,
 * then, if it has no error, with all facts. Planned trainings count as trained for later sources, and sweeps as
 * finished; only their best trial's values stay unknown.
 */
import { compileWithFacts, type FactAnswer } from "#dsl/compiler/program/compile-with-facts.js";
import { EarlierCellsCache } from "#dsl/compiler/statement/earlier-cells.js";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { Facts, type Need } from "#dsl/language/types/facts.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Value } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { parse } from "#dsl/language/syntax/parse.js";
import { nameProvidingBest, sourcePerStatement } from "#dsl/language/syntax/parts.js";
import type { Operand, Statement } from "#dsl/language/syntax/tree.js";

export interface CheckInput {
  readonly sources: readonly Source[];
  /** Names that the TypeScript cells before a source define. */
  readonly typescript: ReadonlyMap<string, readonly string[]>;
  readonly defined: ReadonlySet<string>;
}
export interface CheckSourcesOptions {
  readonly registry: Registry;
  readonly answer: (need: Need, typescript: readonly string[]) => Promise<FactAnswer>;
  readonly parameters: Readonly<Record<string, Value>>;
  /** Uses only the text and the headers of files. */
  readonly quick?: boolean;
}
export interface CheckedProgram {
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
  /** The plannable actions of sources without errors. */
  readonly actions: readonly Action[];
  /** Statements that can't be planned before their inputs have run. */
  readonly unplanned: readonly Statement[];
  /** Facts for the last source. */
  readonly facts: Facts;
  readonly parameters: readonly string[];
  /** TypeScript names that unchecked statements depend on: their values exist only when the notebook runs. */
  readonly unvalued: readonly string[];
}

export async function checkProgramSources(
  { sources, typescript, defined }: CheckInput,
  options: CheckSourcesOptions,
): Promise<CheckedProgram> {
  const diagnostics: Diagnostic[] = [];
  const actions: Action[] = [];
  const unplanned: Statement[] = [];
  const trained: Record<string, string> = {};
  const sound: Source[] = [];
  const earlierCells = new EarlierCellsCache();
  const unvalued = new Set<string>();
  const unsure = new Set<string>();
  const swept = new Set<string>();
  let facts = Facts.none;
  const parameters = new Set<string>();
  for (const source of sources) {
    const names = typescript.get(source.id) ?? [];
    const compile = async (
      purpose: "assist" | "run",
      compiledSources: readonly Source[] = [source],
    ): Promise<Compiled> => {
      let waits = false;
      const asks = (need: Need): boolean => {
        const [sweep = "", part] = need.about === "name" ? need.of.split(".") : [];
        const known = part !== "best" || !swept.has(sweep);
        if (!known) waits = true;
        return known;
      };
      const compiled = await compileWithFacts([...sound, ...compiledSources], {
        registry: options.registry,
        purpose,
        cellCache: earlierCells,
        asks,
        answer: (need) => options.answer(need, names),
        outside: {
          typescript: names,
          unvalued: names,
          unsure: [...unsure],
          trained,
          parameters: options.parameters,
        },
      });
      facts = compiled.facts;
      for (const name of compiled.unvalued) unvalued.add(name);
      for (const name of compiled.parameters) parameters.add(name);
      // Words from TypeScript cells exist only when the notebook runs.
      const found = compiled.diagnostics.filter((d) => !(d.code === "unknown-word" && defined.has(d.data.word)));
      return { found, did: compiled.actions ?? [], waits };
    };
    const did = (planned: readonly Action[]): void => {
      actions.push(...planned);
      Object.assign(trained, trainedBy(planned));
    };
    let { found } = await compile("assist");
    const named = namedIn(source, options.registry);
    if (!options.quick && !isRefused(found)) {
      const whole = await compile("run");
      // A source that uses an unknown sweep's best is checked as far as its text allows.
      const also = whole.waits ? found.filter((d) => !whole.found.some((one) => isSame(one, d))) : [];
      found = [...also, ...whole.found];
      const begun = actions.length;
      if (!whole.waits) did(whole.did);
      else if (!isRefused(found)) {
        // It must not prevent the source's other statements from being planned.
        const parts = sourcePerStatement(source, named.statements);
        for (const i of parts.keys()) did((await compile("run", parts.slice(0, i + 1))).did);
      }
      const places = new Set(actions.slice(begun).map(({ span }) => span.start));
      if (!isRefused(found)) unplanned.push(...named.statements.filter(({ span }) => !places.has(span.start)));
    }
    diagnostics.push(...found);
    // A training that was not planned: it depends on unknown values, or its error was already reported.
    for (const name of named.trained) if (!(name in trained)) unsure.add(name);
    for (const name of named.swept) swept.add(name);
    sound.push(source);
  }
  return { sources, diagnostics, actions, unplanned, facts, parameters: [...parameters], unvalued: [...unvalued] };
}

interface Compiled {
  readonly found: readonly Diagnostic[];
  readonly did: readonly Action[];
  /** It uses the best trial of a sweep that has not run. */
  readonly waits: boolean;
}

const isRefused = (found: readonly Diagnostic[]): boolean => found.some((d) => d.severity === "error");
const isSame = (a: Diagnostic, b: Diagnostic): boolean => a.code === b.code && a.span.start === b.span.start;

function trainedBy(actions: readonly Action[]): Readonly<Record<string, string>> {
  const trained: Record<string, string> = {};
  for (const action of actions) {
    if (action.verb === "federate") trained[action.name] = action.plan.recipeHash;
    if (action.verb === "train") {
      trained[action.name] = action.repeats?.recipeHash ?? action.plan.recipeHash;
      for (const { name, plan } of action.repeats?.each ?? []) trained[name] = plan.recipeHash;
    }
    if (action.verb === "update" || action.verb === "compress") {
      for (const { name, plan } of action.stages) trained[name] = plan.recipeHash;
      const last = action.stages.at(-1);
      if (last) trained[action.name] = last.plan.recipeHash;
    }
  }
  return trained;
}

const TRAINS: readonly string[] = ["train", "federate", "update", "compress"];

/** The statements of a text, the names that get weights from its trainings, and the names of its sweeps. */
function namedIn(
  source: Source,
  registry: Registry,
): {
  readonly statements: readonly Statement[];
  readonly trained: readonly string[];
  readonly swept: readonly string[];
} {
  const verbs = registry.verbs().map(({ name }) => name);
  const word = (operand: Operand | undefined): string[] => (operand?.is === "word" ? [operand.text] : []);
  const { statements } = parse(source, verbs).tree;
  const as = ({ clauses }: Statement): string[] =>
    clauses.flatMap((c) => (c.connector.text === "as" ? word(c.operands[0]) : []));
  return {
    statements,
    trained: statements.flatMap((one) => {
      if (!TRAINS.includes(one.verb.text)) return [];
      const trainedNames = as(one);
      return trainedNames.length > 0 ? trainedNames : word(one.operands[0]);
    }),
    swept: statements.flatMap((one) => nameProvidingBest(one) ?? []),
  };
}

/**
 * Data sets that a program combines with `concatenate_datasets` or `interleave_datasets`, where its text identifies
 * them for certain: each has a `load_dataset` of its own, is not changed before, and a trainer gets the result.
 */
import type { PythonAssignment, PythonCall, PythonNode, PythonProgram } from "./python-tree.js";
import { pythonLiteralValue, splitAtCommas } from "./python-values.js";
import { UnreadExpression } from "./settings.js";

/**
 * Names of the settings of such a call. `sources`: sections of `load_dataset`; `parts`: each one's split, "" if the
 * section has it.
 */
export const [SOURCES, PARTS] = ["sources", "parts"] as const;
const joining = /^(concatenate|interleave)_datasets$/;
/** Arguments of `interleave_datasets`. */
const drawing = /^(probabilities|seed|stopping_strategy)$/;

type Sections = ReadonlyMap<PythonCall, string>;
interface World {
  /** Calls whose arguments are settings, with the name of their section. */
  readonly known: Sections;
  readonly sections: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Constants of the program. */
  readonly names: ReadonlyMap<string, unknown>;
}
interface Source {
  readonly section: string;
  readonly part: string;
}

export function joinedDatasetsIn(
  program: PythonProgram,
  world: World,
): ReadonlyMap<PythonCall, Readonly<Record<string, unknown>>> {
  const calls = program.calls.filter(({ name, dead }) => joining.test(name) && !dead);
  const [call] = calls;
  if (!call || calls.length > 1 || call.unsure || program.definitions.some(({ name }) => name === call.name))
    return new Map();
  const settings = trains(program, call, world.known) ? settingsOf(program, call, world) : undefined;
  return new Map(settings ? [[call, settings]] : []);
}

function settingsOf(
  program: PythonProgram,
  call: PythonCall,
  { known, names, sections }: World,
): Readonly<Record<string, unknown>> | undefined {
  const [list = "", ...rest] = splitAtCommas(program.text, call.start) ?? [];
  const items = /^(?:(?:dsets|datasets)\s*=\s*)?\[/.test(list) ? splitAtCommas(list, list.indexOf("[") + 1) : undefined;
  const sources = items?.map((item) => sourceOf(program, { call, item }, known)) ?? [];
  const certain = sources.flatMap((one) => one ?? []);
  // `load_dataset` without a split returns several data sets, which cannot be combined with others.
  const isOne = ({ section, part }: Source): boolean => part !== "" || typeof sections[section]?.["split"] === "string";
  if (certain.length < 2 || certain.length < sources.length || !certain.every(isOne)) return undefined;
  const given = rest.map((part) => /^(\w+)\s*=(?!=)\s*([\s\S]*)$/.exec(part));
  const drawn = given.flatMap((one) => (one ? [[one[1] ?? "", pythonLiteralValue(one[2] ?? "", names)] as const] : []));
  const plain = drawn.every(([name, value]) => drawing.test(name) && !(value instanceof UnreadExpression));
  const shares = drawn.find(([name]) => name === "probabilities")?.[1];
  const fits = shares === undefined || (Array.isArray(shares) && shares.length === certain.length);
  if (drawn.length < rest.length || !plain || !fits || (call.name === "concatenate_datasets" && rest.length > 0))
    return undefined;
  return {
    [SOURCES]: certain.map(({ section }) => section),
    [PARTS]: certain.map(({ part }) => part),
    ...Object.fromEntries(drawn),
  };
}

/** Returns the data set of a list item: a variable, its split, or a call within the list. */
function sourceOf(
  program: PythonProgram,
  { call, item }: { readonly call: PythonCall; readonly item: string },
  known: Sections,
): Source | undefined {
  const named = /^([A-Za-z_]\w*)(?:\[["'](\w+)["']\])?$/.exec(item);
  if (!named) {
    const inner = [...known].find(([one]) => one.inside?.call === call && item.startsWith(textOf(program, one)));
    return inner && loaded(program, inner, item);
  }
  const [, name = "", part] = named;
  const last = program.assignments.findLast(
    (made) => made.to <= call.from && scopeOf(made) === scopeOf(call) && givesTo(program, made, name),
  );
  if (!last?.value || last.unsure || last.targets.length > 1) return undefined;
  const { value } = last;
  const load = [...known].find(([one]) => one.from === value.from);
  const source = load && loaded(program, load, program.text.slice(value.from, value.to));
  if (!source || (part !== undefined && source.part !== "")) return undefined;
  return part === undefined ? source : { ...source, part };
}
/** `load_dataset(…)` and `load_dataset(…)["train"]`; nothing else may follow. */
function loaded(
  program: PythonProgram,
  [call, section]: readonly [PythonCall, string],
  text: string,
): Source | undefined {
  if (call.name !== "load_dataset") return undefined;
  const after = /^(?:\[["'](\w+)["']\])?$/.exec(text.slice(textOf(program, call).length));
  return after ? { section, part: after[1] ?? "" } : undefined;
}
const textOf = ({ text }: PythonProgram, call: PythonCall): string =>
  text.slice(call.from, call.start + (call.arguments?.length ?? 0) + 1);
const scopeOf = ({ within }: PythonCall | PythonAssignment): string => within.map(({ name }) => name).join(".");
const givesTo = ({ text }: PythonProgram, { targets }: PythonAssignment, name: string): boolean =>
  targets.some(({ from, to }) => text.slice(from, to).replace(/\W[\s\S]*$/, "") === name);

/** Reports whether a trainer gets the result of a call, or something made from it. */
function trains(program: PythonProgram, call: PythonCall, known: Sections): boolean {
  const names = new Set<string>();
  const holds = ({ value, reads }: PythonAssignment): boolean =>
    (value !== undefined && value.from <= call.from && call.from < value.to) || reads.some((name) => names.has(name));
  for (const made of program.assignments)
    if (holds(made)) for (const { from, to } of made.targets.filter(isName)) names.add(program.text.slice(from, to));
  if (call.inside?.argument === "train_dataset") return true;
  return [...known.keys()].some((one) => {
    const given = /\btrain_dataset\s*=\s*([A-Za-z_]\w*)/.exec(one.arguments ?? "")?.[1];
    return /Trainer$/.test(one.name) && given !== undefined && names.has(given);
  });
}
const isName = ({ name }: PythonNode): boolean => name === "VariableName";

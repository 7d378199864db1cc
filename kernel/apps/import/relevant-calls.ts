/**
 * Decides which calls and assignments of a Python program must be accounted for: those of training libraries, of
 * objects that come from them, and of code outside the program. Plain handling of texts, files and numbers is left out.
 */
import type { PythonAssignment, PythonCall, PythonNode, PythonProgram } from "./python-tree.js";
import { mayChangeTraining } from "./argument-values.js";
import { scopeNameOf, type TrackedNames } from "./tracked.js";

// Finds objects made by known calls (training arguments, trainers, models) that a program changes later other than by a
// method call or an attribute assignment: `args |= {…}`, `args = args if fast else other`, `dataclasses.replace(args,
// …)`.

/** Standard-library functions that return a changed copy, or change their first argument. */
const replacing = /^(dataclasses\.replace|copy\.replace|attrs?\.(evolve|assoc)|operator\.(setitem|delitem|i[a-z]+))$/;
/** Methods called on their class, with the object as the first argument: `object.__setattr__(args, "seed", 3)`. */
const unbound = /^(object|dict|list|set|type)\.(?!fromkeys$|__new__$|__init__$)\w+$/;

/**
 * Reports whether a call of a plain module changes an object passed to it. `counts`: whether a name is such an object.
 */
export function changesArgument(
  { imports }: PythonProgram,
  { name, holder, reads }: PythonCall,
  counts: (name: string) => boolean,
): boolean {
  const [first = "", ...rest] = (holder === undefined ? name : `${holder}.${name}`).split(".");
  const whole = [imports.get(first) ?? first, ...rest].join(".");
  return (replacing.test(whole) || unbound.test(whole)) && reads.some(counts);
}

/** Expressions that make a new object without a call (a call would be listed itself). */
const making = /^(Binary|Conditional|Dictionary|Array|Set|DictionaryComprehension|ArrayComprehension)Expression$/;

/** Reports whether an assignment gives a new value to a variable with the result of a known call. */
export function reassignmentCheck(
  program: PythonProgram,
  known: ReadonlySet<PythonCall>,
): (target: PythonNode, made: PythonAssignment) => boolean {
  const textOf = ({ from, to }: PythonNode): string => program.text.slice(from, to);
  const scopeOf = ({ within }: PythonAssignment): string => within.map(({ name }) => name).join(".");
  const starts = new Set([...known].map(({ from }) => from));
  /** Position where each variable is first assigned such an object, by its function and name. */
  const first = new Map<string, number>();
  const keyOf = (made: PythonAssignment, name: string): string => `${scopeOf(made)} ${name}`;
  for (const made of program.assignments) {
    const { value, targets } = made;
    if (!value || !(starts.has(value.from) || (value.name === "VariableName" && first.has(keyOf(made, textOf(value))))))
      continue;
    for (const target of targets) {
      const key = keyOf(made, textOf(target));
      if (target.name === "VariableName" && !first.has(key)) first.set(key, made.from);
    }
  }
  return (target, made) => {
    if (target.name !== "VariableName") return false;
    const start = first.get(keyOf(made, textOf(target)));
    if (start === undefined || made.from <= start) return false;
    return made.value ? making.test(made.value.name) : made.statement;
  };
}

/** Modules without models or rows: Python's own, and those for plots, logs or notebooks. */
const plainModules = new Set(
  (
    "os sys re json math random time datetime pathlib logging argparse typing dataclasses collections itertools functools " +
    "gc glob warnings shutil tempfile subprocess getpass string textwrap pprint copy enum io inspect platform types abc " +
    "contextlib operator statistics traceback uuid hashlib base64 multiprocessing threading signal importlib locale csv " +
    "IPython google tqdm matplotlib seaborn plotly rich dotenv packaging numpy psutil absl fire typer click"
  ).split(" "),
);
const builtins = new Set(
  (
    "abs all any bool bytes chr dict dir divmod enumerate exit filter float format frozenset getattr globals hasattr hash hex id " +
    "input int isinstance issubclass iter len list locals map max min next object open ord pow print quit range repr reversed " +
    "round set slice sorted str sum super tuple type vars zip display get_ipython breakpoint callable " +
    "vars Exception ValueError RuntimeError TypeError KeyError ImportError NotImplementedError AssertionError SystemExit " +
    "__name__ __file__ True False None"
  ).split(" "),
);
/** Methods of texts, lists and records. */
const plainMethods =
  /^(append|extend|format|join|split|rsplit|splitlines|strip|lstrip|rstrip|lower|upper|title|capitalize|replace|startswith|endswith|items|keys|values|get|index|count|encode|decode|tolist|read|readlines|write|close|isoformat)$/;

/** Python functions that can reach any object: `getattr(model, "half")()`. */
const reaching = /^(getattr|type|vars|globals|locals)$/;
/** Calls that start other programs, except those that install or only read. */
const starts = /^(os\.(system|popen)|subprocess\.\w+)$/;
const installs = /\b(pip3?|uv|conda|apt|apt-get|nvidia-smi|mkdir|which)\b/;

export interface RelevanceTests {
  call(call: PythonCall): boolean;
  /** Reports whether a call is a method of a relevant object, even inside a function that something else calls. */
  object(call: PythonCall): boolean;
  assignment(target: PythonNode, assignment: PythonAssignment): boolean;
}

/** `known`: calls whose arguments readers ask for by name; `trained`: where the training is called. */
export function relevanceIn(
  program: PythonProgram,
  known: ReadonlySet<PythonCall>,
  { tracked, trained }: { readonly tracked: TrackedNames; readonly trained: number | undefined },
): RelevanceTests {
  const functions = new Map(program.definitions.map((one) => [one.name, one]));
  const assigned = new Set(
    program.assignments.flatMap(({ targets }) => targets.flatMap((one) => nameOf(program, one))),
  );
  const derived = new Set<string>();
  const foreign = (name: string): boolean => {
    if (derived.has(name) || functions.has(name)) return true;
    const module = program.imports.get(name);
    if (module !== undefined) return !plainModules.has(module.split(".")[0] ?? "");
    return !assigned.has(name) && !builtins.has(name);
  };
  for (let before = -1; before < derived.size;) {
    before = derived.size;
    for (const { targets, reads } of program.assignments)
      if (reads.some(foreign)) for (const one of targets.flatMap((each) => nameOf(program, each))) derived.add(one);
  }
  /** Reports whether something else calls its enclosing function, which is itself listed. */
  const covered = ({ within }: Pick<PythonCall, "within">): boolean =>
    within.some(({ kind, name, bases }) => (kind === "class" ? bases !== "" : program.handed.has(name)));
  const counts = (node: PythonNode): boolean => {
    const root = rootOf(program, node);
    if (root === undefined || (reaching.test(root) && node.name !== "VariableName")) return true;
    return root !== "" && foreign(root);
  };
  const bound = (name: string): boolean => assigned.has(name) || functions.has(name);
  const training = program.calls.find(({ callee }) => callee.to === trained);
  /** Calls after the training do not change it. */
  const isAfter = ({ from, within }: PythonCall): boolean =>
    training !== undefined && from > training.from && scopeNameOf(within) === scopeNameOf(training.within);
  const selects = selectionIn(program);
  const rewrites = reassignmentCheck(program, known);
  return {
    object: ({ callee }) => counts(callee),
    call(call) {
      if (call.name !== "" && call.holder === undefined && call.callee.name === "VariableName") {
        const definition = functions.get(call.name);
        if (definition) return definition.kind === "class" && definition.bases !== "" && !covered(call);
      }
      if (starts.test(`${call.holder ?? ""}.${call.name}`)) return !installs.test(call.arguments ?? "");
      if (covered(call)) return false;
      if (changesArgument(program, call, foreign)) return true;
      if (!isAfter(call) && mayChangeTraining(program, call, { bound, tracked })) return true;
      return !(call.callee.name === "MemberExpression" && plainMethods.test(call.name)) && counts(call.callee);
    },
    assignment(target, made) {
      if (covered(made)) return false;
      if (target.name === "VariableName") return (made.statement && selects(made)) || rewrites(target, made);
      // A field of the program's own object is treated like a variable.
      if (/^self\s*\.\s*\w+$/.test(program.text.slice(target.from, target.to))) return false;
      return counts(target);
    },
  };
}

/** Sources of rows; `counting`: expressions that only count them. */
const loads =
  /\b(?:load_dataset|load_from_disk|read_(?:csv|json|parquet)|from_(?:pandas|dict|list|json|csv|parquet))\s*\(/;
const counting = /\blen\s*\([^()]*\)|\b\w[\w.]*\.(?:num_rows|shape)\b/g;
/**
 * Expressions other than calls that select or combine rows: `ds[:100]`, `[r for r in ds if …]`, `ds + ds`, `a if x else
 * b`.
 */
const selecting = /^(?:ArrayComprehensionExpression|ComprehensionExpression|ConditionalExpression|BinaryExpression)$/;

/** Reports whether an assignment makes new rows from loaded ones without a call (a call would be listed itself). */
function selectionIn(program: PythonProgram): (made: PythonAssignment) => boolean {
  const textOf = (node: PythonNode | undefined): string => (node ? program.text.slice(node.from, node.to) : "");
  const rows = new Set<string>();
  /** Reports whether a text without its strings uses rows, and not only their number. */
  const has = (text: string): boolean =>
    [...rows].some((name) => new RegExp(`(?<![\\w.])${name}\\b`).test(text.replace(counting, "")));
  for (let before = -1; before < rows.size;) {
    before = rows.size;
    for (const { targets, value } of program.assignments)
      if (loads.test(textOf(value)) || has(plain(textOf(value))))
        for (const name of targets.flatMap((one) => nameOf(program, one))) rows.add(name);
  }
  return ({ targets, value }) => {
    if (!value) return targets.flatMap((one) => nameOf(program, one)).some((name) => rows.has(name));
    const text = plain(textOf(value));
    // Rows collected in a loop: `rows = []`, and `rows` trains.
    const trained = targets.flatMap((one) => nameOf(program, one)).some((name) => trains(program, name));
    if (trained && /^(?:ArrayExpression|DictionaryExpression)$/.test(value.name)) return true;
    return has(text) && (selecting.test(value.name) || (value.name === "MemberExpression" && /\[[^\]]*:/.test(text)));
  };
}
const trains = ({ text }: PythonProgram, name: string): boolean =>
  new RegExp(`\\btrain_dataset\\s*=\\s*${name}\\b`).test(text);
const plain = (text: string): string => text.replace(/"[^"]*"|'[^']*'/g, "");

/** Names in a target; a member has none. */
function nameOf(program: PythonProgram, target: PythonNode): readonly string[] {
  return target.name === "VariableName" ? [program.text.slice(target.from, target.to)] : [];
}

/** First name of a chain of members and calls; "" for a literal; undefined for another expression. */
function rootOf(program: PythonProgram, node: PythonNode): string | undefined {
  let current: PythonNode | null = node;
  while (current && /^(MemberExpression|CallExpression|ParenthesizedExpression|AwaitExpression)$/.test(current.name))
    current =
      current.name === "ParenthesizedExpression" ? (current.firstChild?.nextSibling ?? null) : current.firstChild;
  if (current?.name === "VariableName") return program.text.slice(current.from, current.to);
  return current &&
    /^(String|FormatString|ContinuedString|Number|Boolean|None|Array\w*|Dictionary\w*|Set\w*)$/.test(current.name)
    ? ""
    : undefined;
}

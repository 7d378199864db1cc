/**
 * Detects calls that take an object of the training and may change it, or whose result trains in its place:
 * `random.shuffle(ds)`, `ds = list(filter(f, ds))`. Calls of training libraries are listed anyway (relevant-calls.ts);
 * these are Python's own.
 */
import type { PythonCall, PythonNode, PythonProgram } from "./python-tree.js";
import { callArguments, passThroughFunctions, rootVariableOf, type TrackedNames } from "./tracked.js";

/** Functions that inspect an object, and return a number, a text, or nothing. */
const looking =
  /^(print|len|type|isinstance|issubclass|hasattr|getattr|repr|str|format|id|hash|hex|callable|display|sum|min|max|any|all|int|float|bool|abs|round|range|dir|help|vars|open|super|input|Exception|\w+Error|SystemExit)$/;
/** Built-in functions that do not change their arguments: their result matters if it trains. */
const making = /^(list|tuple|iter|next|sorted|reversed|filter|map|zip|enumerate|set|frozenset|dict|slice)$/;
/** Those of them that return the same rows in the same order. */
const same = /^(list|tuple|iter|tqdm)$/;
/** Module functions that do not change their arguments, and whose results are texts, numbers, copies or pictures. */
const harmless =
  /^(os|sys|re|json|math|time|datetime|pathlib|logging|argparse|typing|gc|glob|warnings|shutil|tempfile|getpass|string|textwrap|pprint|inspect|platform|statistics|traceback|uuid|hashlib|locale|csv|IPython|google|matplotlib|seaborn|plotly|rich|dotenv|packaging|psutil|tqdm)\.|^(copy\.(copy|deepcopy)|dataclasses\.(asdict|astuple|fields|is_dataclass)|collections\.Counter|functools\.(partial|wraps|cache|lru_cache)|contextlib\.\w+|numpy\.(?!random\b|put|place|copyto|fill|resize|delete|insert|concatenate|sort|take|choose|repeat|roll|flip)\w+)/;
/** Methods that add to a list or a record. */
const adding = /^(append|extend|insert|update|pop|remove|clear|sort|reverse)$/;

export interface BindingContext {
  /** Reports whether the program binds a name itself. */
  readonly bound: (name: string) => boolean;
  readonly tracked: TrackedNames;
}

/** Reports whether a call of Python's functions or modules must be listed because it may change what is trained. */
export function mayChangeTraining(
  program: PythonProgram,
  call: PythonCall,
  { bound, tracked }: BindingContext,
): boolean {
  const { callee, within } = call;
  if (callee.name === "MemberExpression" && adding.test(call.name)) {
    const owner = callee.firstChild;
    if (owner && tracked.object(owner, within)) return true;
  }
  if (!callArguments(program, call).some(({ value }) => tracked.object(value, within))) return false;
  const [first = "", ...rest] = (call.holder === undefined ? call.name : `${call.holder}.${call.name}`).split(".");
  const module = program.imports.get(first);
  const name = [module ?? first, ...rest].join(".");
  const isOwn = module === undefined && rest.length === 0 && !bound(first);
  if (isOwn && looking.test(name)) return false;
  if (isOwn && making.test(name)) return !same.test(name) && trains(program, call, tracked);
  return !harmless.test(name);
}

/** Reports whether the result of a call is bound to a name of the training, or passed to a trainer. */
function trains(program: PythonProgram, call: PythonCall, tracked: TrackedNames): boolean {
  let node: PythonNode | null = call.callee.parent;
  while (node && !/Statement$|^Body$|^Script$/.test(node.name)) {
    if (node.name === "NamedExpression") return true;
    const around = node.parent;
    if (around?.name === "ArgList") {
      const callee = around.parent?.firstChild;
      const name = callee ? program.text.slice(callee.from, callee.to) : "";
      // `Trainer(train_dataset=sorted(ds))`; for `list(filter(f, ds))` the outer result counts.
      if (/Trainer$/.test(name)) return true;
      if (!passThroughFunctions.test(name) && !making.test(name)) return false;
    }
    node = around;
  }
  if (node?.name !== "AssignStatement" && node?.name !== "UpdateStatement") return node?.name === "ReturnStatement";
  const made = program.assignments.find(({ from, to }) => from === node.from && to === node.to);
  return (made?.targets ?? []).some((target) => {
    const root = rootVariableOf(target);
    return root !== undefined && tracked.feeds(program.text.slice(root.from, root.to), call.within);
  });
}

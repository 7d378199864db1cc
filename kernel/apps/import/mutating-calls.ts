/**
 * Finds objects made by known calls (training arguments, trainers, models) that a program changes later other than by a
 * method call or an attribute assignment: `args |= {…}`, `args = args if fast else other`, `dataclasses.replace(args,
 * …)`.
 */
import type { PythonAssignment, PythonCall, PythonNode, PythonProgram } from "./python-tree.js";

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

/**
 * Parts of a Python program besides the calls that configure the training: custom trainers, other calls, assignments to
 * objects. Each is listed by its name, text and position (relevant-calls.ts decides which count), unless a reader below
 * handles it.
 */
import type { PythonAssignment, PythonCall, PythonNode, PythonProgram } from "./python-tree.js";
import { pythonLiteralValue, splitAtCommas } from "./python-values.js";
import { refusalAdvice } from "./refusals.js";
import { relevanceIn, type RelevanceTests } from "./relevant-calls.js";
import { reboundNamesIn } from "./rebound-names.js";
import { UnreadExpression, type ToolSettings } from "./settings.js";
import { rootVariableOf, trackNames } from "./tracked.js";
import { trainingDoubts, exitsBeforeTraining } from "./trainings.js";
import { unreadImportsIn } from "./unread-imports.js";
import { statementVerdictOf } from "./verdicts.js";

/** Maximum number of listed statements; the number of further ones is listed too. */
const most = 500;
/** Methods with which a trainer changes the loss. */
const ofLoss = /^(compute_loss|training_step|_compute_loss|compute_loss_func)$/;
/** Calls that change the rows, or the tokenization. */
const ofRows =
  /^(filter|map|shuffle|select|train_test_split|rename_columns?|remove_columns|select_columns|class_encode_column|cast|cast_column|add_column|sort|shard|take|skip|flatten|batch|repeat|to_iterable_dataset|set_transform|with_transform|concatenate_datasets|interleave_datasets|from_(?:list|dict|pandas|generator))$/;
const ofTokens = /^(encode|encode_plus|batch_encode_plus)$|tok/i;
/** Arguments of known calls that are objects: calls within them are examined separately. */
const objects =
  /^([0-3]|model|tokenizer|args|train_dataset|processing_class|peft_config|quantization_config|config|trainer|dataset)$/;
/** Calls that, after the training, run the trained model: a model is loaded or called. */
const loads = /^(from_pretrained|get_chat_template)$/;
const asks = /^(model|classifier|pipe)$/;
/** Section of a program's settings that this file writes. */
export const STEPS_SECTION = "program";

/** A class that inherits from a trainer, and the methods it overrides or adds. */
interface OwnTrainer {
  readonly name: string;
  readonly from: string;
  readonly methods: readonly string[];
}

/** Custom trainers whose names do not end in `Trainer`, with their base trainers. */
export const customTrainers = (program: PythonProgram): ReadonlyMap<string, string> =>
  new Map(trainersIn(program.code).flatMap(({ name, from }) => (/Trainer$/.test(name) ? [] : [[name, from] as const])));

/**
 * Other parts of a program, by name: `rows.filter` with its arguments, `model.config.use_cache` with its value;
 * repeated ones as `rows.filter 2`.
 */
export function programStepsIn(
  program: PythonProgram,
  requestedCalls: ReadonlySet<PythonCall>,
  {
    placeOf,
    trained,
    joined,
    constants,
  }: {
    readonly placeOf: (offset: number) => string;
    readonly trained: number | undefined;
    /** Calls that combine data sets, as settings. */
    readonly joined: ReadonlyMap<PythonCall, Readonly<Record<string, unknown>>>;
    readonly constants: ReadonlyMap<string, unknown>;
  },
): Record<string, unknown> {
  const steps: Record<string, unknown> = {};
  const textOf = ({ from, to }: PythonNode): string => program.text.slice(from, to);
  let more = 0;
  const same = (one: unknown, other: unknown): boolean =>
    JSON.stringify(one) === JSON.stringify(other) &&
    (one instanceof UnreadExpression ? one.about : undefined) ===
      (other instanceof UnreadExpression ? other.about : undefined);
  const add = (name: string, value: unknown): void => {
    let [key, count] = [name, 1];
    while (key in steps && !same(steps[key], value)) key = `${name} ${String(++count)}`;
    if (key in steps || Object.keys(steps).length < most) steps[key] = value;
    else more++;
  };
  for (const { name, from, methods } of trainersIn(program.code))
    for (const method of methods)
      add(`${name}.${method}`, new UnreadExpression(`class ${name}(${from})`, undefined, "method"));
  const tracked = trackNames(program, requestedCalls, constants);
  const relevance = relevanceIn(program, requestedCalls, { tracked, trained });
  const doubts = trainingDoubts(program);
  const found = callsIn(program, requestedCalls, relevance);
  for (const { call, about } of found) {
    const given = call.arguments?.trim() ?? "";
    const name = call.holder === undefined ? call.name : `${call.holder}.${call.name}`;
    const named = call.name === "requires_grad_" ? "requires_grad" : name === "" ? "call" : name;
    const parts = splitAtCommas(program.text, call.start) ?? [];
    const isAfter = trained !== undefined && call.from > trained;
    const loaded = isAfter && (loads.test(call.name) || (about === "function" && asks.test(call.name)));
    const rows = joined.get(call);
    if (rows) {
      add(named, rows);
      continue;
    }
    add(
      named,
      call.name === "train_test_split" && !call.dead && parts.length > 0
        ? Object.fromEntries(parts.map(partOf))
        : new UnreadExpression(
            about === "rows" || about === "tokens" ? parts.join(", ") : given,
            placeOf(call.from),
            doubts.get(call) ?? (call.dead ? "dead" : loaded ? "loaded" : about),
          ),
    );
  }
  for (const [call, doubt] of doubts)
    if (doubt && !found.some((one) => one.call === call))
      add(textOf(call.callee), new UnreadExpression(call.arguments?.trim() ?? "", placeOf(call.from), doubt));
  for (const node of exitsBeforeTraining(program, [...doubts.keys()][0]))
    add(
      textOf(node.firstChild ?? node),
      new UnreadExpression(lineAt(program.text, node.from), placeOf(node.from), "ends"),
    );
  const rebound = reboundNamesIn(program, { requestedCalls, tracked, reads: (call) => relevance.call(call) });
  const shown = new Set([...namesIn(program, found), ...rebound.map(({ target }) => textOf(target))]);
  for (const node of unreadImportsIn(program, shown))
    add(textOf(node).replace(/\s+/g, " "), new UnreadExpression(textOf(node), placeOf(node.from), "module"));
  const listed = new Set<number>();
  for (const made of program.assignments)
    for (const target of made.targets)
      if (relevance.assignment(target, made)) {
        listed.add(target.from);
        addAssignment(program, made, target);
      }
  for (const { target, node } of rebound)
    if (!listed.has(target.from))
      add(textOf(target), new UnreadExpression(headOf(program, node, target), placeOf(target.from), "rebound"));
  function addAssignment({ text }: PythonProgram, made: PythonAssignment, target: PythonNode): void {
    const [whole, last] = [text.slice(target.from, target.to).replace(/\s+/g, ""), target.lastChild];
    const name = last?.name === "PropertyName" ? text.slice(last.from, last.to) : "";
    const value = text
      .slice(made.statement ? (made.targets.at(-1)?.to ?? target.to) : made.from, made.to)
      .replace(/^\s*(?::[^=]+)?=\s*/, "")
      .trim();
    const known = /^(requires_grad|compute_loss|training_step)$/.test(name);
    const line = text.slice(text.lastIndexOf("\n", made.from) + 1, made.to).trim();
    add(
      known ? name : whole,
      new UnreadExpression(known ? line : value, placeOf(made.from), made.dead ? "dead" : "assignment"),
    );
  }
  for (const mistake of program.mistakes.slice(0, most))
    add("no Python", new UnreadExpression(lineAt(program.text, mistake), placeOf(mistake), "mistake"));
  if (more > 0) steps["further statements"] = new UnreadExpression(`${String(more)} calls and assignments`);
  return steps;
}
function partOf(part: string, place: number): readonly [string, unknown] {
  const named = /^([A-Za-z_]\w*)\s*=(?!=)\s*([\s\S]*)$/.exec(part);
  return named
    ? [named[1] ?? "", pythonLiteralValue(named[2] ?? "", new Map())]
    : [String(place), pythonLiteralValue(part, new Map())];
}
const lineAt = (text: string, offset: number): string =>
  text.slice(text.lastIndexOf("\n", offset - 1) + 1, (text.indexOf("\n", offset) + 1 || text.length + 1) - 1).trim();

/** First names of listed calls, and the names in their arguments. */
const namesIn = (program: PythonProgram, found: readonly Found[]): ReadonlySet<string> =>
  new Set(
    found.flatMap(({ call }) => {
      const root = rootVariableOf(call.callee);
      return [...call.reads, ...(root ? [program.text.slice(root.from, root.to)] : [])];
    }),
  );
const headOf = ({ text }: PythonProgram, node: PythonNode, target: PythonNode): string =>
  node.name === "ImportStatement" ? text.slice(node.from, node.to).trim() : lineAt(text, target.from);

interface Found {
  readonly call: PythonCall;
  readonly about: "rows" | "tokens" | "call" | "function";
}
/** Relevant calls, without those inside the arguments of another listed call, whose text shows them. */
function callsIn(
  program: PythonProgram,
  requestedCalls: ReadonlySet<PythonCall>,
  relevance: RelevanceTests,
): readonly Found[] {
  const found: Found[] = [];
  /** Calls whose arguments are listed as text. */
  const shown = new Set<PythonCall>();
  for (const call of program.calls) {
    const around = call.inside;
    const within =
      around && (shown.has(around.call) || (requestedCalls.has(around.call) && !objects.test(around.argument)));
    if (within) shown.add(call);
    if (requestedCalls.has(call)) continue;
    const about = aboutOf(call, relevance);
    if (about === undefined) continue;
    shown.add(call);
    if (!within) found.push({ call, about });
  }
  return found;
}
function aboutOf(call: PythonCall, relevance: RelevanceTests): Found["about"] | undefined {
  const method = call.callee.name === "MemberExpression";
  const rows = ofRows.test(call.name) && (method || /_datasets$/.test(call.name));
  if (rows && relevance.object(call)) return "rows";
  if (ofTokens.test(call.name) && /\b(?:max_length|truncation)\s*=/.test(call.arguments ?? "")) return "tokens";
  if (!relevance.call(call)) return undefined;
  return method ? "call" : "function";
}

/** Classes derived from a trainer, each with the methods in its indented lines. */
function trainersIn(program: string): readonly OwnTrainer[] {
  if (!/\bclass\b/.test(program)) return [];
  const found: { name: string; from: string; methods: string[]; indent: number; body?: number }[] = [];
  let open: (typeof found)[number] | undefined;
  // Joins the heads of classes to one line each.
  const text = program.replace(/\bclass[ \t]+\w+[ \t]*\([^)]{0,300}\)/g, (head) => head.replace(/\s+/g, " "));
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const indent = line.length - line.trimStart().length;
    if (open && indent <= open.indent) open = undefined;
    const [, name, bases = ""] = /^\s*class (\w+) ?\(([^)]*)\)/.exec(line) ?? [];
    const from = /\b\w*Trainer\b/.exec(bases)?.[0];
    if (name !== undefined && from !== undefined) found.push((open = { name, from, methods: [], indent }));
    else if (open) open.body ??= indent;
    if (!open || (open.body !== undefined && indent !== open.body)) continue;
    const method = /^\s*(?:class [^:]*:\s*)?(?:(?:async[ \t]+)?def[ \t]+(\w+)|(\w+)[ \t]*=(?!=))/.exec(line);
    const methodName = method?.[1] ?? method?.[2];
    if (methodName !== undefined && !open.methods.includes(methodName)) open.methods.push(methodName);
  }
  return found;
}

/**
 * Share held out by the program's only `train_test_split`, and its use: validation if the trainer evaluates on it.
 * Undefined if there is none, if there are several, or if it has more than a share and a seed. The share is carried
 * over, the seed is not.
 */
export function holdoutSplitOf(
  steps: ToolSettings,
  trainer: ToolSettings,
): { readonly share: number; readonly part: "validation" | "test" } | undefined {
  const [key, ...others] = steps.keys().filter((one) => /(^|\.)train_test_split( \d+)?$/.test(one));
  if (key === undefined || others.length > 0 || steps.unread(key) !== undefined) return undefined;
  const given = steps.inner(key);
  const plain = given.keys().every((name) => /^(0|test_size|seed)$/.test(name) && given.expression(name) === undefined);
  const part = (name: string): RegExp => new RegExp(`\\[["']${name}["']\\]$`);
  const size = plain ? given.number("test_size", "0") : undefined;
  if (!(size !== undefined && size > 0 && size < 1) || !part("train").test(trainer.expression("train_dataset") ?? "")) {
    steps.leave(key, "write a `split`");
    return undefined;
  }
  given.leave("seed", "the rows alone decide which of them are drawn");
  return { share: size, part: part("test").test(trainer.expression("eval_dataset") ?? "") ? "validation" : "test" };
}

/**
 * Refuses parts that change the objective, accepts those that need no counterpart, and lists the rest. `adapted`: an
 * adapter trains.
 */
export function reportSteps(s: ToolSettings, adapted: boolean): void {
  const steps = s.inner(STEPS_SECTION);
  for (const key of steps.keys()) {
    const whole = key.replace(/ \d+$/, "");
    const name = whole.split(".").at(-1) ?? "";
    const step = steps.unread(key);
    if (
      steps.settled(key) ||
      (step === undefined &&
        steps.has(key) &&
        steps
          .inner(key)
          .keys()
          .some((one) => steps.inner(key).settled(one)))
    )
      continue;
    if (ofLoss.test(name)) steps.refuse(key, "a custom loss", refusalAdvice.loss);
    else if (step?.about === "method") steps.leave(key, "a custom method, which is not run");
    else if (step?.about === "command") steps.leave(key, "a command that is not run");
    else if (step?.about === "mistake") steps.leave(key, "the line cannot be read as Python");
    else if (step === undefined) steps.leave(key, "write a `split`");
    else tellStep(steps, key, { name, whole, text: step.text }, step.about, adapted);
  }
}
function tellStep(
  steps: ToolSettings,
  key: string,
  statement: { readonly name: string; readonly whole: string; readonly text: string },
  about: UnreadExpression["about"],
  adapted: boolean,
): void {
  // Without an adapter all weights train anyway.
  if (statement.name === "requires_grad" && !adapted && /=\s*True\b|^\s*(True)?\s*$/.test(statement.text))
    return steps.consume(key);
  const verdict = statementVerdictOf(about ?? "call", statement);
  if (verdict.is === "read") steps.consume(key);
  else if (verdict.is === "idle") steps.ignore(verdict.why, key);
  else steps.leave(key, verdict.why);
}

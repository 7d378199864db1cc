/** One function per verb: statement → definition or action. The table is what the compiler walks. */
import { lookedFor, takeAllowances } from "../check/allow.js";
import { headerOf, type Header } from "../check/header.js";
import { keysOf } from "../check/keys.js";
import type { Draft, Given, Program } from "../check/program.js";
import type { Span } from "../check/span.js";
import { checkData, checkModel, checkTables, dataFacts, missingRoles, rolesOf } from "../check/world.js";
import { checkSameColumn } from "../check/audit.js";
import { checkScores } from "../check/evaluation.js";
import { typed } from "../check/values.js";
import type { Operand, Statement } from "../syntax/tree.js";
import { fill } from "./defaults.js";
import { isCall, parametersOf, partialRecipe, resolveData, resolveModel } from "./definitions.js";
import { bestOf } from "./best.js";
import { servesUntrained, writesText } from "./feeding.js";
import { checkMetrics } from "./metrics.js";
import { draftOf, named, subjectOf, trainedName } from "./names.js";
import type { Action, Call, Subject, Value } from "./plan.js";
import { sweep } from "./sweep.js";
import { checkDuration, planTraining, settingsOf } from "./training.js";

export type Handler = (program: Program, header: Header) => void;

export const handlers: Readonly<Record<string, Handler>> = {
  data: define,
  model: define,
  recipe: define,
  parameters,
  train,
  evaluate,
  predict,
  sweep,
  show,
  engine,
  tune,
};

export function runStatement(program: Program, written: Statement): void {
  const { statement, allowances } = takeAllowances(program, written);
  program.allowances.push(...allowances);
  program.allowing = allowances;
  const header = headerOf(program, statement);
  if (!header?.sound) lose(program, statement);
  if (!header) {
    const line = program.source.text.indexOf("\n", statement.span.end);
    program.reporter.dropInside(
      { ...statement.span, end: line < 0 ? program.source.text.length : line },
      "typescript-here",
    );
    const meant = program.reporter.diagnostics.some(
      (d) => d.code === "unknown-verb" && d.span === statement.verb.span && d.data.nearest !== undefined,
    );
    const { block, span } = statement;
    program.reporter.dropInside(meant && block ? { ...span, end: block.span.start } : span, "unknown-verb");
    return;
  }
  program.noted = [];
  handlers[header.verb.name]?.(program, header);
  program.reporter.dropSwallowed(statement.span, statement.block?.span, program.source.text);
}

/** What a statement that can't be read was to define: later statements that use it are silent. */
function lose(program: Program, { verb, operands, broken }: Statement): void {
  const known = program.registry.find("verb", verb.text) !== undefined;
  const named = operands.length > 0 && operands.every((o) => o.is === "word" && !o.arguments);
  if (known && (!named || broken || verb.text === "parameters")) program.lost.kinds.add(verb.text);
  if (operands.length > 0 || !known)
    for (const name of [verb.text, ...operands.flatMap((o) => (o.is === "word" ? [o.text.split(".")[0] ?? ""] : []))])
      program.lost.names.add(name);
}

export function nameOf(operand: Operand | undefined): { text: string; span: Span } | undefined {
  return operand?.is === "word" && operand.path.length === 1 ? { text: operand.text, span: operand.span } : undefined;
}
export function act(program: Program, header: Header, action: Omit<Action, "span" | "source"> | undefined): void {
  if (action && !program.silent)
    program.actions.push({ ...action, span: header.statement.span, source: program.source.id } as Action);
}

/** Keys that take the place of others where a definition varies another one. */
const INSTEAD: Partial<Record<Draft["is"], readonly (readonly [string, ...string[]])[]>> = {
  recipe: [
    ["steps", "epochs"],
    ["epochs", "steps"],
  ],
  model: [
    ["base", "architecture", "tokenizer"],
    ["architecture", "base"],
  ],
};

/** `data`, `model`, `recipe`: a draft under a name, then its own checks. */
function define(program: Program, header: Header): void {
  const { verb, statement, clauses } = header;
  const is = verb.name as Draft["is"];
  const name = nameOf(header.operands[0]);
  const like = clauses.get("like");
  const base = like ? draftOf(program, like.operands[0], is, "like") : undefined;
  const keys = keysOf(
    program,
    statement.block?.entries ?? [],
    verb,
    verb.parameters,
    base?.given,
    !like || base !== undefined,
  );
  const unread = statement.block?.broken === true;
  const broken = keys.broken || unread || !header.sound || (like !== undefined && (!base || base.broken));
  if (!name) return;
  if (is === "recipe")
    checkDuration(program, keys.given, statement.block?.entries.map((e) => e.key.text) ?? [], name.span);
  const given = new Map(keys.given);
  const own = (key: string): boolean => statement.block?.entries.some((e) => e.key.text === key) === true;
  for (const [one, ...others] of INSTEAD[is] ?? [])
    if (own(one)) for (const other of others) if (base?.given.has(other) && !own(other)) given.delete(other);
  const missing = verb.parameters.filter(
    (p) => p.required && !given.has(p.name) && !(p.unless !== undefined && given.has(p.unless)),
  );
  if (missing.length > 0 && !broken && (!like || base))
    program.report(
      "missing-key",
      { verb: verb.name, keys: missing.map((p) => p.name), example: verb.example },
      name.span,
    );
  const needs = [...program.noted];
  const draft: Draft = {
    is,
    name: name.text,
    span: name.span,
    source: program.source,
    given,
    broken: broken || missing.length > 0,
    needs: [...needs, ...(base?.needs ?? [])],
    allowances: program.allowing,
    ...(statement.block && { block: statement.block.span }),
  };
  program.define(name.text, name.span, { is, draft });
  program.runs.delete(name.text);
  if (draft.broken || program.silent) return;
  if (is === "data") defineData(program, header, draft, name.span);
  else if (is === "model") defineModel(program, header, draft, name.span);
  else
    act(program, header, {
      verb: "recipe",
      name: draft.name,
      recipe: partialRecipe(program, draft, name.span),
    } as never);
}

function defineData(program: Program, header: Header, draft: Draft, here: Span): void {
  const data = resolveData(program, draft, here);
  if (!data) return;
  checkSameColumn(program, draft, data.plan.columns);
  if (!isCall(data.plan.source as Value) && data.plan.split)
    program.report("split-twice", { data: draft.name }, draft.given.get("split")?.span ?? here);
  else if (checkTables(program, draft, data.plan, here)) {
    const facts = dataFacts(program, draft, data.plan, null, here);
    if (facts) checkData(program, draft, data.plan, facts, here);
  }
  act(program, header, { verb: "data", name: draft.name, data: data.plan } as never);
}

function defineModel(program: Program, header: Header, draft: Draft, here: Span): void {
  const model = resolveModel(program, draft, here);
  if (!model) return;
  checkModel(program, draft, model, here);
  if (model.base) lookedFor(draft.allowances, "model");
  act(program, header, { verb: "model", name: draft.name, model: model.plan } as never);
}

function parameters(program: Program, header: Header): void {
  const { block } = header.statement;
  if (block?.broken) program.lost.kinds.add("parameters");
  for (const entry of block?.entries ?? []) if (!entry.value) program.lost.names.add(entry.key.text);
  const values: Record<string, Value> = {};
  const seen = new Map<string, Span>();
  for (const { key, value: node } of header.statement.block?.entries ?? []) {
    const first = seen.get(key.text);
    if (first)
      program.report("duplicate-key", { key: key.text }, key.span, { labels: [{ span: first, text: "first here" }] });
    seen.set(key.text, key.span);
    if (!node || first) continue;
    const over = Object.hasOwn(program.outside.parameters, key.text) ? program.outside.parameters[key.text] : undefined;
    const value = over ?? plainValue(program, node, key.text);
    if (value === undefined) continue;
    values[key.text] = value;
    program.parameters.set(key.text, { value, span: key.span });
    const before = program.names.get(key.text);
    if (!before || before.is === "parameters")
      program.names.set(key.text, { is: "parameters", span: key.span, source: program.source.id });
  }
  act(program, header, { verb: "parameters", values } as never);
}
function plainValue(
  program: Program,
  node: NonNullable<Statement["block"]>["entries"][number]["value"] & object,
  key: string,
): Value | undefined {
  if (node.is === "number" && node.unit === "%") return { share: Number((node.value / 100).toPrecision(12)) };
  if (node.is === "number" && node.unit !== "") return node.raw;
  if (node.is === "number") return node.value;
  if (node.is === "word" && !node.arguments)
    return node.text === "true" ? true : node.text === "false" ? false : node.text;
  if (node.is === "list") {
    const items = node.items.map((item) => plainValue(program, item, key));
    return items.every((i) => i !== undefined) ? items : undefined;
  }
  return typed(node, { is: "string" }, { path: key, key }, program.typing(new Map()));
}

function train(program: Program, header: Header): void {
  const { clauses, statement } = header;
  const onto = clauses.get("on")?.operands[0];
  const data = onto && draftOf(program, onto, "data", "on");
  const withClause = clauses.get("with")?.operands[0];
  const best =
    withClause?.is === "word" &&
    withClause.path.length === 2 &&
    program.names.get(withClause.path[0]?.text ?? "")?.is === "sweep"
      ? bestOf(program, withClause)
      : undefined;
  const recipe = withClause && best === undefined ? draftOf(program, withClause, "recipe", "with") : undefined;
  const own = keysOf(
    program,
    statement.block?.entries ?? [],
    header.verb,
    parametersOf(program, "recipe"),
    new Map([...(recipe?.given ?? []), ...(best ? best.recipe : [])]),
  );
  const keys = statement.block?.entries.map((e) => e.key.path[0] ?? e.key.text) ?? [];
  checkDuration(program, own.given, keys, statement.verb.span);
  const written = new Map<string, Given>([
    ...(best ? best.recipe : []),
    ...[...own.given].filter(([key]) => keys.includes(key)),
  ]);
  const as = nameOf(clauses.get("as")?.operands[0]);
  if (as && header.operands.length > 1)
    program.report("too-many-operands", { after: "as", found: header.operands.length }, as.span);
  const broken = !header.sound || own.broken || (withClause !== undefined && !recipe && !best) || best === null;
  for (const operand of header.operands) {
    const model = draftOf(program, operand, "model", "train");
    const name = as?.text ?? model?.name;
    if (as) program.define(as.text, as.span, { is: "run" });
    if (!model || !data || !onto || name === undefined) {
      if (name !== undefined) program.tried.add(name);
      continue;
    }
    const varied: Draft = best ? { ...model, given: new Map([...model.given, ...best.model]) } : model;
    if (recipe) program.require(recipe.needs);
    const run = { model: varied, data, recipe: recipe ?? null, own: written };
    let recipeHash: string | undefined;
    if (!program.silent) {
      const settings = settingsOf(program, run);
      const planned = planTraining(program, {
        model: varied,
        data,
        settings,
        run: name,
        modelAt: operand.span,
        dataAt: onto.span,
        here: statement.verb.span,
        broken,
        recipe: recipe ?? null,
        statement: { block: statement.block?.span, end: statement.span.end },
      });
      recipeHash = planned?.plan.recipeHash;
      if (planned) act(program, header, { verb: "train", name, plan: planned.plan, resume: planned.resume } as never);
    }
    program.runs.set(name, { ...run, here: !program.silent, ...(recipeHash !== undefined && { recipeHash }) });
  }
}

function evaluate(program: Program, header: Header): void {
  const { clauses, statement } = header;
  const own = keysOf(program, statement.block?.entries ?? [], header.verb, header.verb.parameters);
  const subjects = (clauses.get("on")?.operands ?? []).map((operand) => subjectOf(program, operand, true, "on"));
  const names = header.operands.map((operand) =>
    trainedName(program, operand, "evaluate", (task) => servesUntrained(program.registry, task)),
  );
  const first = subjects[0];
  const data = first && "data" in first.subject ? first.subject.data : undefined;
  const model = modelBehind(program, names[0]);
  const facts =
    data && first && program.purpose === "run"
      ? dataFacts(program, first.draft, data, model, statement.verb.span)
      : undefined;
  const tasks = names.flatMap((name) => taskBehind(program, name) ?? untrainedTask(program, name) ?? []);
  const { values } = fill(program, header.verb.parameters, own.given, "", {
    here: statement.verb.span,
    ...(tasks[0] ? { model: { task: tasks[0].task } } : {}),
    ...(data && {
      data: {
        columns: { record: data.columns },
        ...((facts?.labels ?? data.labels) && { labels: facts?.labels ?? data.labels }),
      },
    }),
  });
  const roles = data && { roles: Object.keys(data.columns) };
  if (facts && first && "data" in first.subject)
    checkScores(program, {
      ...{ data: first.draft, facts, split: first.subject.split, written: own.given.get("metrics") },
      metrics: (values["metrics"] as readonly Call[] | undefined) ?? [],
      ...{ at: clauses.get("on")?.operands[0]?.span ?? statement.span, here: statement.verb.span },
    });
  const metrics = (values["metrics"] as readonly Call[] | undefined) ?? [];
  const words = metrics.map((metric) => metric.word);
  const written = own.given.get("metrics");
  const place = (i: number): Span | undefined => written?.places.get(`metrics.${String(i)}`) ?? written?.span;
  const measured = tasks.every((of) => checkMetrics(program, words, { ...of, ...roles }, place, statement.verb.span));
  const mute = tasks.find(({ task }) => !writesText(program.registry, task));
  const astray = mute ? WRITING.filter((key) => own.given.has(key)) : [];
  for (const key of astray)
    program.reportNear("writes-no-text", { key, task: mute!.task.word }, own.given.get(key)?.span, statement.verb.span);
  const missing = data && tasks.flatMap(({ task }) => missingRoles(program, data, task))[0];
  if (facts && missing !== undefined && first)
    program.report(
      "missing-role",
      { role: missing, task: "evaluate", data: first.draft.name },
      clauses.get("on")?.span ?? statement.span,
    );
  if (
    !header.sound ||
    own.broken ||
    !measured ||
    astray.length > 0 ||
    names.some((n) => n === undefined) ||
    subjects.some((s) => s === undefined)
  )
    return;
  act(program, header, {
    verb: "evaluate",
    names,
    on: subjects.map((s) => s?.subject),
    metrics,
    batch_size: values["batch_size"],
    worst: values["worst"],
    ...(!mute && { decode: values["decode"], max_tokens: values["max_tokens"] ?? null }),
  } as never);
}
/** Keys of `predict` that say how text is written. */
const WRITING = ["decode", "max_tokens", "stop"] as const;

/** The task of a model, trained or not. */
function taskOf(program: Program, name: string | undefined): Call | undefined {
  const task = name === undefined ? undefined : program.names.get(name)?.draft?.given.get("task")?.value;
  return task !== undefined && isCall(task) ? task : taskBehind(program, name)?.task;
}
/** What a model does that is asked as its base is. */
function untrainedTask(program: Program, name: string | undefined): { model: string; task: Call } | undefined {
  const task = taskOf(program, name);
  return name !== undefined && task && servesUntrained(program.registry, task) ? { model: name, task } : undefined;
}
/** What a trained model does; undefined where its definition is not sound. */
function taskBehind(program: Program, name: string | undefined): { model: string; task: Call } | undefined {
  const task = name === undefined ? undefined : program.runs.get(name)?.model.given.get("task")?.value;
  return name !== undefined && isCall(task) ? { model: name, task } : undefined;
}
function modelBehind(program: Program, name: string | undefined): { name: string; folder: string } | null {
  const run = name === undefined ? undefined : program.runs.get(name);
  const base = run?.model.given.get("base");
  return typeof base?.value === "string" ? { name: base.value, folder: program.folderAt(base.span) } : null;
}

function predict(program: Program, header: Header): void {
  const { clauses, statement } = header;
  const own = keysOf(program, statement.block?.entries ?? [], header.verb, header.verb.parameters);
  const operands = clauses.get("on")?.operands ?? [];
  const texts = operands.filter((o) => o.is === "string");
  const [first] = operands;
  let on: Subject | undefined;
  if (first && texts.length === operands.length) on = { texts: texts.map((o) => (o.is === "string" ? o.value : "")) };
  else if (first && operands.length > 1)
    program.report("too-many-operands", { after: "on", found: operands.length }, clauses.get("on")?.span ?? first.span);
  else if (first?.is === "reference") {
    const found = program.reference(first);
    if (found) {
      const list =
        "live" in found ? undefined : Array.isArray(found.value) ? (found.value as readonly Value[]) : [found.value];
      if ("live" in found) on = { live: found.live };
      else if (list?.every((t) => typeof t === "string")) on = { texts: list as string[] };
      else program.report("wrong-type", { key: "on", wanted: "texts", found: `\`$${first.text}\`` }, first.span);
    }
  } else if (first) on = subjectOf(program, first, false, "on")?.subject;
  const [operand] = header.operands;
  const writes = (task: Call): boolean => writesText(program.registry, task);
  const name =
    operand && trainedName(program, operand, "predict", (of) => writes(of) || servesUntrained(program.registry, of));
  const as = nameOf(clauses.get("as")?.operands[0]);
  if (as) program.define(as.text, as.span, { is: "prediction" });
  const { values } = fill(program, header.verb.parameters, own.given, "", { here: statement.verb.span });
  const task = taskOf(program, name);
  const astray = task && !writes(task) ? WRITING.filter((key) => own.given.has(key)) : [];
  for (const key of astray)
    program.reportNear("writes-no-text", { key, task: task!.word }, own.given.get(key)?.span, statement.verb.span);
  if (task && on && "texts" in on && rolesOf(program, task).includes("context") && first) {
    program.report("asks-without-context", { model: name ?? "the model" }, first.span);
    return;
  }
  if (!header.sound || own.broken || name === undefined || !on || astray.length > 0) return;
  const { batch_size, decode, max_tokens, stop } = values;
  const writing = task && writes(task) ? { decode, max_tokens, stop } : null;
  act(program, header, { verb: "predict", name, on, as: as?.text ?? null, batch_size, writing } as never);
}

const topics: Readonly<Record<string, readonly string[]>> = {
  model: ["plan", "history", "graph", "program", "mask"],
  run: ["plan", "history", "graph", "program", "mask"],
  data: ["plan"],
  recipe: ["plan"],
  sweep: ["history", "best"],
  prediction: [],
  parameters: [],
};

function show(program: Program, header: Header): void {
  const { block } = header.statement;
  if (block) program.report("statement-takes-no-block", { verb: "show" }, block.span);
  if (!header.sound) return;
  for (const operand of header.operands) {
    const found = named(
      program,
      operand,
      ["data", "model", "recipe", "run", "sweep", "prediction", "parameters"],
      "name",
      "show",
    );
    if (!found) continue;
    const [, topic] = found.node.path;
    const has = topics[found.of.is] ?? [];
    if (topic && !has.includes(topic.text))
      program.report("unknown-topic", { name: found.name, topic: topic.text, has }, topic.span);
    else act(program, header, { verb: "show", topic: found.node.path.map((n) => n.text) } as never);
  }
}

function engine(program: Program, header: Header): void {
  const own = keysOf(program, header.statement.block?.entries ?? [], header.verb, header.verb.parameters);
  const { values } = fill(program, header.verb.parameters, own.given, "", { here: header.statement.verb.span });
  const chosen = values["engine"];
  const threads = values["threads"];
  program.engine = {
    engine: typeof chosen === "string" ? chosen : "auto",
    threads: typeof threads === "number" ? threads : null,
  };
  if (header.sound && !own.broken) act(program, header, { verb: "engine", settings: values } as never);
}

/** `tune 1` may open a file. */
function tune(program: Program, header: Header): void {
  const [version] = header.operands;
  if (version?.is === "number" && version.raw === "1" && header.operands.length === 1) return;
  program.report(
    "unknown-version",
    { version: version?.is === "number" ? version.raw : "no number" },
    version?.span ?? header.statement.span,
  );
}

/** Compiles a program's text into plans, with facts from the tiny models of `tests/fixtures`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { compileWithFacts, type FactAnswer } from "#dsl/compiler/program/compile-with-facts.js";
import { textsOfCode, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { BaseFacts, Need } from "#dsl/language/types/facts.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import { openBase } from "#kernel/bases/open.js";
import type { BaseModel } from "#kernel/bases/base.js";
import { scratchBaseFacts } from "#kernel/bases/scratch-facts.js";
import { registry } from "#stdlib/registry.js";
import { answer } from "#tests/dsl/world.js";
import { root } from "#tests/imports.js";

/** Columns of every table: all column names that the programs use. */
const COLUMNS = [
  ...["text", "label", "part", "body", "team", "customer", "a", "b", "remark", "grade", "first", "second", "score"],
  ...["messages", "tokens", "tags", "question", "context", "answer", "en", "fr"],
];
const LABELS = ["no", "yes"];

/** Fixtures that replace the bases of shipped programs, by family. */
const STAND_INS: readonly (readonly [RegExp, string])[] = [
  [/gpt2/i, "gpt2-plain"],
  [/t5/i, "t5-plain"],
  [/llama|smollm/i, "llama-grouped"],
  [/./, "bert-plain"],
];

const opened = new Map<string, Promise<BaseModel>>();
/**
 * Returns the fixture of that name, or one of its family. Claims a tokenizer and 512 positions, so that shipped
 * programs compile: no graph depends on either.
 */
export function tinyBase(name: string): Promise<BaseModel> {
  const models = join(root, "tests/fixtures/models");
  const known = existsSync(join(models, name, "config.json"));
  const fixture = known
    ? name
    : mustExist(
        STAND_INS.find(([pattern]) => pattern.test(name)),
        "a fixture",
      )[1];
  const before = opened.get(fixture);
  if (before) return before;
  const base = openBase(join(models, fixture), "folder", registry).then((found) => ({
    ...found,
    facts: { ...found.facts, folder: fixture, hasTokenizer: true, tokens: "tiny", chatTemplate: true, positions: 512 },
  }));
  opened.set(fixture, base);
  return base;
}

/** Returns a base from scratch, as the compiler and the assembler see it. */
async function scratchBase(scratch: NonNullable<Extract<Need, { about: "base" }>["scratch"]>): Promise<BaseModel> {
  const facts: BaseFacts = { ...(await scratchBaseFacts(scratch, 200, registry)), folder: "scratch", hash: "scratch" };
  return { folder: "scratch", files: [], hash: "scratch", facts, from: "folder" };
}

export function baseOf(need: Pick<Extract<Need, { about: "base" }>, "name" | "scratch">): Promise<BaseModel> {
  return need.scratch ? scratchBase(need.scratch) : tinyBase(need.name);
}

export function labelsOf({ columns }: Pick<DataPlan, "columns">): readonly string[] {
  return ["label", "labels", "tags"].some((role) => role in columns) ? LABELS : [];
}

function dataFactsFor(need: Extract<Need, { about: "data" }>): FactAnswer {
  const facts = answer(need, {});
  if (!("splits" in facts)) return facts;
  const labels = labelsOf(need.data);
  const target = "target" in need.data.columns || "text_pair" in need.data.columns;
  const splits = Object.entries(facts.splits).map(([name, split]) => {
    const count = Math.floor(split.rows / Math.max(1, labels.length));
    const counts = labels.map((label, i) => ({
      label,
      count: i === 0 ? split.rows - count * (labels.length - 1) : count,
    }));
    return [name, { ...split, labels: counts, ...(target && { targets: split.lengths }) }] as const;
  });
  return { ...facts, labels, splits: Object.fromEntries(splits) };
}

async function answerFor(need: Need): Promise<FactAnswer> {
  if (need.about === "base") return (await baseOf(need)).facts;
  if (need.about === "data") return dataFactsFor(need);
  return answer(need, { table: COLUMNS });
}

/** Returns the actions of a program; fails if the program has errors. */
export async function actionsOf(title: string, text: string): Promise<readonly Action[]> {
  const sources = [{ id: title, title, text }];
  const { actions, diagnostics } = await compileWithFacts(sources, {
    registry,
    purpose: "run",
    outside: emptyEnvironment,
    answer: answerFor,
  });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (!actions || errors.length > 0) {
    const messages = errors.map(({ code, data }) => `${code}: ${textsOfCode(code, data).message}`);
    throw new Error(`${title} does not compile: ${messages.join("; ")}`);
  }
  return actions;
}

/** A plan, with the teacher's plan if a student learns from one. */
export interface Planned {
  readonly plan: Plan;
  readonly teacher?: Plan;
}

export function plansIn(actions: readonly Action[]): ReadonlyMap<string, Planned> {
  const plans = new Map<string, Planned>();
  for (const action of actions) {
    if (action.verb === "train" || action.verb === "federate") plans.set(action.name, { plan: action.plan });
    if (action.verb === "update") for (const { name, plan } of action.stages) plans.set(name, { plan });
    if (action.verb === "compress")
      for (const { name, start, plan } of action.stages) {
        const teacher = plans.get(start)?.plan;
        plans.set(name, { plan, ...(teacher && { teacher }) });
      }
  }
  return plans;
}

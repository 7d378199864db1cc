/** The stored form of a group of trainings that run as one: the plan of a sweep, or the plan of seeds or folds. */
import * as v from "valibot";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { NestedCall, SettingSearchSpace, SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { objectWith, anyNumber, schemaGuard, dictionaryOf, wholeNumber, type Schema } from "../../fetch/json.js";
import { callSchema, planSchema, valueSchema } from "../plan-schema.js";

type Train = Extract<Action, { verb: "train" }>;

export type TrialGroupPlan =
  | { readonly is: "sweep"; readonly sweep: SweepPlan }
  | { readonly is: "repeats"; readonly plan: Plan; readonly repeats: NonNullable<Train["repeats"]> }
  | { readonly is: "folds"; readonly plan: Plan; readonly folds: NonNullable<Train["folds"]> };
export interface TrialGroupStatement {
  readonly version: 1;
  readonly name: string;
  /** Distinguishes this group from others of the same name. */
  readonly hash: string;
  readonly several: TrialGroupPlan;
}

const text = v.string();
const maybeNumber = v.nullable(anyNumber);
const direction = v.picklist(["maximize", "minimize"]);

const space: Schema<SettingSearchSpace> = v.lazy(() =>
  v.union([
    objectWith({ space: v.literal("choice"), of: v.array(v.union([valueSchema, space, nested])) }),
    objectWith({
      space: v.picklist(["log", "uniform"]),
      from: anyNumber,
      to: anyNumber,
      integer: v.boolean(),
      step: v.exactOptional(anyNumber),
      share: v.exactOptional(v.literal(true)),
    }),
  ]),
);
const nested: Schema<NestedCall> = v.lazy(() => objectWith({ nested: callSchema, spaces: dictionaryOf(space) }));

type Relation = NonNullable<SweepPlan["where"]>[number];
const term: Schema<Relation["terms"][number]> = v.lazy(() =>
  v.union([
    objectWith({ path: text }),
    objectWith({ number: anyNumber }),
    objectWith({ term: text, of: v.array(term) }),
  ]),
);
const relation: Schema<Relation> = objectWith({
  relation: text,
  terms: v.tuple([term, term]),
  when: v.exactOptional(objectWith({ path: text, word: text })),
});
const goal: Schema<SweepPlan["goal"]> = objectWith({ direction, metric: callSchema });
const start: Schema<NonNullable<SweepPlan["start"]>[number]> = v.union([
  objectWith({ sweep: text }),
  objectWith({ journal: text, folder: text }),
]);
const sweep: Schema<SweepPlan> = objectWith({
  model: text,
  data: text,
  recipe: v.nullable(text),
  vary: dictionaryOf(space),
  where: v.exactOptional(v.array(relation)),
  search: callSchema,
  trials: maybeNumber,
  budgetMs: maybeNumber,
  budgetTokens: v.exactOptional(anyNumber),
  repeats: v.exactOptional(wholeNumber(1)),
  start: v.exactOptional(v.array(start)),
  goal,
  goals: v.array(goal),
  require: v.exactOptional(v.array(callSchema)),
  pruner: v.nullable(callSchema),
  runner: v.exactOptional(callSchema),
  atOnce: v.exactOptional(wholeNumber(1)),
  plan: planSchema,
  seed: anyNumber,
});
/** Names in Tune; they are also used in paths. */
const name = v.pipe(text, v.regex(/^[\p{ID_Start}_][\p{ID_Continue}]*$/u));
const each = v.pipe(v.array(objectWith({ name, plan: planSchema })), v.minLength(1));
const several: Schema<TrialGroupPlan> = v.union([
  objectWith({ is: v.literal("sweep"), sweep }),
  objectWith({ is: v.literal("repeats"), plan: planSchema, repeats: objectWith({ each, recipeHash: text }) }),
  objectWith({ is: v.literal("folds"), plan: planSchema, folds: each }),
]);
const hash = v.pipe(text, v.regex(/^[0-9a-f]{64}$/));
const schema: Schema<TrialGroupStatement> = objectWith({ version: v.literal(1), name, hash, several });
export const isTrialGroupStatement = schemaGuard(schema);

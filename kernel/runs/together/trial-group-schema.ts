/** What several trainings that run as one are, as their folder tells it: the plan of a sweep, or those of seeds or folds. */
import * as v from "valibot";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { NestedCall, Space, SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { fields, figure, like, table, whole, type Schema } from "../../fetch/json.js";
import { call, planSchema, value } from "../plan-schema.js";

type Train = Extract<Action, { verb: "train" }>;

export type Several =
  | { readonly is: "sweep"; readonly sweep: SweepPlan }
  | { readonly is: "repeats"; readonly plan: Plan; readonly repeats: NonNullable<Train["repeats"]> }
  | { readonly is: "folds"; readonly plan: Plan; readonly folds: NonNullable<Train["folds"]> };
export interface Statement {
  readonly version: 1;
  readonly name: string;
  /** What tells them from others of this name. */
  readonly hash: string;
  readonly several: Several;
}

const text = v.string();
const maybeNumber = v.nullable(figure);
const direction = v.picklist(["maximize", "minimize"]);

const space: Schema<Space> = v.lazy(() =>
  v.union([
    fields({ space: v.literal("choice"), of: v.array(v.union([value, space, nested])) }),
    fields({
      space: v.picklist(["log", "uniform"]),
      from: figure,
      to: figure,
      integer: v.boolean(),
      step: v.exactOptional(figure),
      share: v.exactOptional(v.literal(true)),
    }),
  ]),
);
const nested: Schema<NestedCall> = v.lazy(() => fields({ nested: call, spaces: table(space) }));

type Relation = NonNullable<SweepPlan["where"]>[number];
const term: Schema<Relation["terms"][number]> = v.lazy(() =>
  v.union([fields({ path: text }), fields({ number: figure }), fields({ term: text, of: v.array(term) })]),
);
const relation: Schema<Relation> = fields({
  relation: text,
  terms: v.tuple([term, term]),
  when: v.exactOptional(fields({ path: text, word: text })),
});
const goal: Schema<SweepPlan["goal"]> = fields({ direction, metric: call });
const start: Schema<NonNullable<SweepPlan["start"]>[number]> = v.union([
  fields({ sweep: text }),
  fields({ journal: text, folder: text }),
]);
const sweep: Schema<SweepPlan> = fields({
  model: text,
  data: text,
  recipe: v.nullable(text),
  vary: table(space),
  where: v.exactOptional(v.array(relation)),
  search: call,
  trials: maybeNumber,
  budgetMs: maybeNumber,
  budgetTokens: v.exactOptional(figure),
  repeats: v.exactOptional(whole(1)),
  start: v.exactOptional(v.array(start)),
  goal,
  goals: v.array(goal),
  require: v.exactOptional(v.array(call)),
  pruner: v.nullable(call),
  runner: v.exactOptional(call),
  atOnce: v.exactOptional(whole(1)),
  plan: planSchema,
  seed: figure,
});
/** Names of Tune: they are parts of paths too. */
const name = v.pipe(text, v.regex(/^[\p{ID_Start}_][\p{ID_Continue}]*$/u));
const each = v.pipe(v.array(fields({ name, plan: planSchema })), v.minLength(1));
const several: Schema<Several> = v.union([
  fields({ is: v.literal("sweep"), sweep }),
  fields({ is: v.literal("repeats"), plan: planSchema, repeats: fields({ each, recipeHash: text }) }),
  fields({ is: v.literal("folds"), plan: planSchema, folds: each }),
]);
const hash = v.pipe(text, v.regex(/^[0-9a-f]{64}$/));
const schema: Schema<Statement> = fields({ version: v.literal(1), name, hash, several });
export const isStatement = like(schema);

/**
 * The plan as displayed in the panel, as plain data with texts only: cards of settings with their origin, and their
 * position or the edit that would write them. Estimates are shown with this machine's resources for comparison, and
 * unknown facts are listed.
 */
import type { DefinitionDraft } from "#dsl/compiler/plan/program.js";
import type { GivenValue, Value } from "#dsl/language/types/value.js";
import type { Span } from "#dsl/language/diagnostics/span.js";
import { verbParameters, parameterAt } from "#dsl/assist/frames.js";
import type {
  DefinitionStatement,
  PlacedStatement,
  NotebookTrainings,
  TrainingStatement,
} from "#dsl/assist/notebook-trainings.js";
import { writtenSettingEdit } from "#dsl/assist/write-out.js";
import { countTrainedParameters } from "#dsl/compiler/plan/estimates.js";
import { isFailedFact } from "#dsl/language/types/facts.js";
import { predictsNext, updatesPerEpoch } from "#dsl/compiler/plan/batches.js";
import type { ValueOrigins, Recipe, RecipePlan } from "#dsl/compiler/plan/plan.js";
import { warmUpSteps } from "#dsl/compiler/plan/warm-up.js";
import { tuneText } from "#dsl/compiler/plan/text.js";
import { isCall, recipeValueAt } from "#dsl/compiler/plan/value.js";
import type { Verb } from "#dsl/language/types/registry.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { rewriteStatementDetached } from "./detached-text.js";
import { expectedTime } from "./expected-time.js";
import { byteSizeText, compactNumber, groupedNumber, formatPercent, plural } from "../../host/value-text.js";
import { sweepFacts } from "./sweep-plan.js";
import type { PlanView, CardView, FactView, SettingView } from "./plan-contract.js";

type Focus = TrainingStatement | DefinitionStatement;
const isTraining = (focus: Focus): focus is TrainingStatement => "settings" in focus;

export function planView(reading: NotebookTrainings, focus: Focus | undefined): PlanView {
  const trainings = reading.trainings.map((one) => ({
    title: titleOf(one),
    at: one.statement.span,
    shown: one === focus,
  }));
  if (!focus) return { cards: [], unknown: [], canMeasure: false, trainings };
  const view = new View(reading, focus);
  const cards = [view.data(), view.model(), view.technique(), view.recipe(), view.train(), ...view.evaluations()];
  const memory = view.memory();
  const hash = isTraining(focus) ? focus.planned?.plan.recipeHash : undefined;
  const names = new Set([...reading.program.names.keys(), ...reading.program.runs.keys()]);
  const detached = isTraining(focus) ? rewriteStatementDetached(focus, names) : undefined;
  return {
    title: titleOf(focus),
    at: focus.statement.span,
    cards: cards.filter((card) => card !== undefined),
    ...(memory && { memory }),
    ...view.lacks(),
    ...(hash !== undefined && { recipeHash: hash }),
    ...(detached !== undefined && { detached }),
    trainings,
  };
}

function titleOf({ statement, source }: PlacedStatement): string {
  const end = statement.block?.span.start ?? statement.span.end;
  return source.text.slice(statement.span.start, end).trim().replace(/\s+/g, " ");
}

class View {
  private readonly recipeParts: Partial<Recipe>;
  constructor(
    private readonly reading: NotebookTrainings,
    private readonly focus: Focus,
  ) {
    const { data, model, recipe } = focus;
    this.recipeParts = {
      ...(data && { data: data.plan.plan }),
      ...(model && { model: model.plan.plan }),
      ...(recipe && { training: recipe.plan.plan }),
    };
  }
  private get registry() {
    return this.reading.program.registry;
  }
  private get planned() {
    return isTraining(this.focus) ? this.focus.planned?.plan : undefined;
  }

  data(): CardView | undefined {
    const { data } = this.focus;
    if (!data) return undefined;
    const facts: FactView[] = data.facts
      ? [
          {
            name: "rows",
            value: groupedNumber(data.facts.kept),
            note: `${groupedNumber(data.facts.rowsIn)} read, ${groupedNumber(data.facts.rowsIn - data.facts.kept)} dropped`,
          },
          ...Object.entries(data.facts.splits).map(([split, { rows }]) => ({
            name: split,
            value: plural(rows, "row"),
            note: formatPercent(rows / Math.max(1, data.facts?.kept ?? 1)),
          })),
          ...(data.facts.sources ?? []).map((value) => ({ name: "read", value, note: "" })),
          ...(data.facts.labels.length > 0
            ? [{ name: "labels", value: groupedNumber(data.facts.labels.length), note: few(data.facts.labels) }]
            : []),
        ]
      : [];
    return this.card(
      "data",
      data.draft,
      facts,
      this.settings("data.", data.plan.origins, data.draft, () => true),
    );
  }

  model(): CardView | undefined {
    const { model } = this.focus;
    if (!model) return undefined;
    const { base } = model.plan;
    const facts: FactView[] = base
      ? [
          { name: "family", value: base.family, note: `${groupedNumber(base.positions)} positions` },
          { name: "parameters", value: compactNumber(base.parameters), note: groupedNumber(base.parameters) },
        ]
      : [];
    const mine = (name: string): boolean => !/^technique\b/.test(name);
    return this.card("model", model.draft, facts, this.settings("model.", model.plan.origins, model.draft, mine));
  }

  technique(): CardView | undefined {
    const { model } = this.focus;
    if (!model) return undefined;
    const { technique } = model.plan.plan;
    const mine = (name: string): boolean => /^technique\b/.test(name);
    const card = this.card(
      "technique",
      model.draft,
      this.trainedShare(),
      this.settings("model.", model.plan.origins, model.draft, mine),
    );
    const span = placeOf(model.draft.given, "technique");
    return { ...card, title: technique.word, ...(span && { at: span }) };
  }
  private trainedShare(): readonly FactView[] {
    const { model } = this.focus;
    const plan = this.planned;
    if (plan) {
      const { trainable, parameters } = plan.estimates;
      return [
        {
          name: "trained",
          value: formatPercent(trainable / Math.max(1, parameters), 2),
          note: `${groupedNumber(trainable)} of ${groupedNumber(parameters)} parameters, the head included`,
        },
      ];
    }
    if (!model?.plan.base) return [];
    const { trains } = countTrainedParameters(this.reading.program, model.plan.plan, model.plan.base);
    return [
      {
        name: "trained",
        value: formatPercent(trains / model.plan.base.parameters, 2),
        note: `${groupedNumber(trains)} parameters besides the head`,
      },
    ];
  }

  recipe(): CardView | undefined {
    const { recipe } = this.focus;
    if (!recipe) return undefined;
    const { plan, origins } = recipe.plan;
    const given = isTraining(this.focus) ? this.focus.settings : (recipe.draft?.given ?? new Map<string, GivenValue>());
    const mine = (name: string): boolean =>
      !(name === "epochs" && plan.steps !== null) && !(name === "steps" && plan.steps === null) && name !== "resume";
    const settings = this.settings("training.", origins, { given, draft: recipe.draft }, mine);
    const effective = plan.batch_size * plan.accumulate;
    const facts: FactView[] =
      plan.accumulate > 1
        ? [
            {
              name: "effective batch",
              value: groupedNumber(effective),
              note: `${groupedNumber(plan.accumulate)} batches of ${groupedNumber(plan.batch_size)} in an update`,
            },
          ]
        : [];
    const span = recipe.draft ? recipe.draft.span : this.focus.statement.verb.span;
    return { is: "recipe", title: recipe.draft?.name ?? "without a name", at: span, facts, settings };
  }

  train(): CardView | undefined {
    if (!isTraining(this.focus)) return undefined;
    const { focus, planned } = this;
    const steps = this.steps();
    const facts: FactView[] = [];
    if (focus.sweep)
      for (const [name, value, note] of sweepFacts(focus.sweep)) facts.push({ name, value, ...(note && { note }) });
    if (steps) {
      facts.push({ name: "steps", value: groupedNumber(steps.all), note: steps.note });
      const warm = this.warmup(steps.all);
      if (warm) facts.push(warm);
    }
    if (planned) {
      const { estimates, effects } = planned;
      const counted = estimates.elsewhere === undefined;
      const each =
        counted && estimates.steps > 0
          ? `about ${groupedNumber(estimates.tokens / estimates.steps)} a step`
          : undefined;
      if (counted)
        facts.push({
          name: "tokens",
          value: compactNumber(estimates.tokens),
          ...(each !== undefined && { note: each }),
        });
      if (counted) facts.push({ name: "time", ...expectedTime(estimates, effects.repeats) });
      facts.push({
        name: "engine",
        value: effects.engine,
        ...(effects.threads !== null && { note: plural(effects.threads, "thread") }),
      });
      if (effects.recompute === "blocks")
        facts.push({ name: "activations", value: "recomputed", note: "to fit the memory" });
    }
    return { is: "train", title: `as ${focus.name}`, at: focus.statement.verb.span, facts, settings: [] };
  }
  /** Exact if the rows are counted and no text becomes several rows. */
  private steps(): { readonly all: number; readonly note: string } | undefined {
    const { data, model, recipe } = this.focus;
    if (!recipe) return undefined;
    const { plan } = recipe.plan;
    const size = this.batch(plan);
    if (this.planned) {
      const { steps, rows } = this.planned.estimates;
      const length =
        plan.epochs === null ? "as written" : `${plural(plan.epochs, "epoch")}, ${groupedNumber(rows)} rows`;
      return { all: steps, note: `${length}, ${size}` };
    }
    if (plan.steps !== null) return { all: plan.steps, note: `as written, ${size}` };
    const rows = data?.facts && (data.facts.splits["train"] ?? data.facts.splits["all"])?.rows;
    if (rows === undefined || !model || plan.packing || predictsNext(this.registry, model.plan.plan.task))
      return undefined;
    const epochs = plan.epochs ?? 1;
    return {
      all: updatesPerEpoch(rows, plan) * epochs,
      note: `${plural(epochs, "epoch")}, ${groupedNumber(rows)} rows, ${size}`,
    };
  }
  private batch({ batch_size, accumulate, packing }: RecipePlan): string {
    const updates = accumulate === 1 ? "batches" : `updates of ${groupedNumber(accumulate)} batches`;
    return `${updates} of ${groupedNumber(batch_size)}${packing ? " packed rows" : ""}`;
  }
  private warmup(steps: number): FactView | undefined {
    const schedule = this.focus.recipe?.plan.plan.schedule;
    const warm = schedule ? Math.min(steps, warmUpSteps(this.registry, schedule, steps)) : 0;
    if (!schedule || warm === 0) return undefined;
    const written = schedule.arguments["warmup"];
    const note = typeof written === "number" ? {} : { note: `${tuneText(written ?? null)} of ${groupedNumber(steps)}` };
    return { name: "warm-up", value: plural(warm, "step"), ...note };
  }

  memory(): PlanView["memory"] {
    const machine = this.reading.program.facts.get({ about: "machine" });
    const { planned } = this;
    if (!planned || !machine || isFailedFact(machine)) return undefined;
    const [needs, has] = [planned.estimates.memoryBytes, machine.memoryBytes];
    return { needs, has, text: `about ${byteSizeText(needs)} of ${byteSizeText(has)}` };
  }

  evaluations(): readonly CardView[] {
    if (!isTraining(this.focus)) return [];
    return this.focus.evaluations.map(({ action, statement }): CardView => {
      const entry = (key: string) => statement.block?.entries.find((one) => one.key.text === key);
      const setting = (name: string, value: Value): SettingView => {
        const span = entry(name)?.value?.span;
        return { name, value: tuneText(value), from: span ? "written" : "default", ...(span && { at: span }) };
      };
      const on = action.on.map((one) =>
        "data" in one ? `${one.data.name}${one.split === null ? "" : `.${one.split}`}` : "texts",
      );
      return {
        is: "evaluate",
        title: `on ${on.join(", ")}`,
        at: statement.verb.span,
        facts: [],
        settings: [
          setting("metrics", action.metrics),
          setting("batch_size", action.batch_size),
          setting("worst", action.worst),
          ...(action.by ? [setting("by", action.by)] : []),
          setting("uncertain", action.uncertain),
          ...(action.decode ? [setting("decode", action.decode)] : []),
        ],
      };
    });
  }

  lacks(): Pick<PlanView, "unknown" | "canMeasure"> {
    const { data, model } = this.focus;
    const unknown: string[] = [];
    if (isTraining(this.focus) && this.planned) return { unknown, canMeasure: false };
    const live = data && JSON.stringify(data.plan.plan.source).includes('"live"');
    if (data && !data.facts)
      unknown.push(
        `the rows of ${data.draft.name} are counted when its cell runs${live ? "" : ", or when you measure"}`,
      );
    if (model && !model.plan.base)
      unknown.push(`the base ${model.plan.plan.base} is looked at when the cell of ${model.draft.name} runs`);
    if (isTraining(this.focus) && data?.facts && model?.plan.base)
      unknown.push("how long the texts are in tokens: memory and time follow from it");
    return { unknown, canMeasure: isTraining(this.focus) && unknown.length > 0 && !live };
  }

  private card(
    is: CardView["is"],
    draft: DefinitionDraft,
    facts: readonly FactView[],
    settings: readonly SettingView[],
  ): CardView {
    return { is, title: draft.name, at: draft.span, facts, settings };
  }

  private settings(
    prefix: string,
    origins: ValueOrigins,
    definition:
      | DefinitionDraft
      | { readonly given: ReadonlyMap<string, GivenValue>; readonly draft: DefinitionDraft | null },
    mine: (name: string) => boolean,
  ): readonly SettingView[] {
    const owner = "is" in definition ? definition : definition.draft;
    const verb = this.registry.find("verb", prefix === "training." ? "recipe" : prefix.slice(0, -1)) as Verb;
    const parameters = verbParameters(verb, this.registry);
    const target = this.target(owner) ?? (prefix === "training." && isTraining(this.focus) ? this.focus : undefined);
    const paths = Object.keys(origins);
    return paths.flatMap((path): SettingView[] => {
      const name = path.slice(prefix.length);
      const value = recipeValueAt(this.recipeParts, path);
      const origin = origins[path];
      if (!mine(name) || value === undefined || !origin) return [];
      if (value === null && (origin.from === "derived" || origin.from === "written")) return [];
      const parts = name.split(".");
      const alone = isCall(value) && paths.some((other) => other.startsWith(`${path}.`));
      const span = placeOf(definition.given, name);
      const stood = origin.from === "default" || origin.from === "derived";
      const at_ = (p: readonly string[]): Value | undefined => recipeValueAt(this.recipeParts, prefix + p.join("."));
      const parameter = parameterAt(parameters, parts, this.registry);
      const edit =
        stood && target
          ? writtenSettingEdit(target.source.text, target.statement, {
              path: parts,
              valueAt: at_,
              parameters,
              registry: this.registry,
            })
          : undefined;
      return [
        {
          name,
          value: alone ? value.word : tuneText(value, { type: parameter?.type, registry: this.registry }),
          from: stood ? origin.from : this.fromAt(span, origin.from),
          ...(origin.why !== undefined && { why: origin.why }),
          ...(parameter && { impact: parameter.impact }),
          ...(span && !stood && { at: span }),
          ...(edit && target && { write: { source: target.source.id, edit } }),
        },
      ];
    });
  }
  /** Part of a written value may be a parameter. */
  private fromAt(span: Span | undefined, from: SettingView["from"]): SettingView["from"] {
    const text = this.reading.statements.find(({ source }) => source.id === span?.source)?.source.text;
    const name = /^\$([\p{ID_Start}_][\p{ID_Continue}]*)$/u.exec(text?.slice(span?.start, span?.end) ?? "")?.[1];
    if (name === undefined) return from;
    return this.reading.program.parameters.has(name) ? "parameter" : "reference";
  }
  /** Returns the statement that receives a setting's edit: the definition, or the training itself. */
  private target(draft: DefinitionDraft | null): PlacedStatement | undefined {
    if (!draft) return undefined;
    return this.reading.statements.find(
      ({ source, statement }) =>
        source.id === draft.source.id &&
        statement.span.start <= draft.span.start &&
        draft.span.end <= statement.span.end,
    );
  }
}

function placeOf(given: ReadonlyMap<string, GivenValue>, name: string): Span | undefined {
  const one = given.get(name.split(".")[0] ?? name);
  return one?.places.get(name) ?? one?.span;
}
function few(names: readonly string[]): string {
  return listNames(names, { most: 6 });
}

/** `evaluate`: scores of trained models, their bases and baselines. */
import { checkAttacks } from "./attack.js";
import { sliceKeysOf } from "../checks/slices.js";
import type { StatementHeader } from "../../language/types/header.js";
import { readKeys } from "../../language/types/keys.js";
import type { Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import { requestDataFacts } from "../checks/world.js";
import { callAt, numberAt } from "../plan/value.js";
import { addAction } from "../statement/run-action.js";
import { resolveBaselines, isBaseline, reportOnlyBaselines } from "./contenders.js";
import { fillDefaults } from "../plan/defaults.js";
import { writesText } from "../plan/batches.js";
import { checkMetrics, withThresholdMetrics } from "../plan/metrics.js";
import { resolveDataSubject } from "../drafts/names.js";
import { foldModelsNamed, resolveTrainedName } from "../drafts/trained-names.js";
import type { Call, DataPlan } from "../../language/types/value.js";
import { checkGenerationKeys, baseOfModel, trainedTaskOf, untrainedTaskOf } from "./model-task.js";
import { heldOutFoldOf, nameOfFoldModels, foldsOfModels } from "./fold-models.js";
import { checkScoresReliable, reportMissingRoles } from "../checks/evaluation.js";

export function compileEvaluate(program: Program, header: StatementHeader): void {
  const { clauses, statement, verb } = header;
  const entries = statement.block?.entries ?? [];
  const ownKeys = readKeys(program, entries, verb, verb.parameters, new Map(), true, { partly: true });
  const operands = header.operands.filter((operand) => !isBaseline(program, operand));
  const beside = header.operands.filter((operand) => isBaseline(program, operand));
  const folded = operands.map((operand) => foldModelsNamed(program, operand));
  const subjects = (clauses.get("on")?.operands ?? []).map((operand) =>
    resolveDataSubject(program, operand, folded.includes(undefined), "on", heldOutFoldOf(program, operands[0])),
  );
  const names = operands.map((operand, i) =>
    folded[i]
      ? nameOfFoldModels(program, operand, folded[i], subjects)
      : resolveTrainedName(program, operand, "evaluate", true),
  );
  const first = subjects[0];
  const data = first && "data" in first.subject ? first.subject.data : undefined;
  const model = baseOfModel(program, names[0]);
  const facts =
    data && first?.sound && program.purpose === "run"
      ? requestDataFacts(program, first.draft, data, model, statement.verb.span)
      : undefined;
  const tasks = names.flatMap((name) => trainedTaskOf(program, name) ?? untrainedTaskOf(program, name) ?? []);
  const { values } = fillDefaults(program, header.verb.parameters, ownKeys.given, "", {
    here: statement.verb.span,
    ...(tasks[0] ? { model: { task: tasks[0].task } } : {}),
    ...(data && { data: columnsAndLabels(data, facts?.labels ?? data.labels) }),
  });
  const roles = data && { roles: Object.keys(data.columns) };
  checkScoresReliable(program, subjects, {
    model,
    written: ownKeys.given.get("metrics"),
    here: statement.verb.span,
    metrics: (values["metrics"] as readonly Call[] | undefined) ?? [],
    spanAt: (i) => clauses.get("on")?.operands[i]?.span ?? statement.span,
  });
  const requested = (values["metrics"] as readonly Call[] | undefined) ?? [];
  const { require, metrics, bars } = withThresholdMetrics(
    program,
    requested,
    (values["require"] as readonly Call[] | undefined) ?? [],
  );
  const demanded = ownKeys.given.get("require");
  const words = metrics.map((metric) => metric.word);
  const written = ownKeys.given.get("metrics");
  const place = (i: number): Span | undefined =>
    i < requested.length
      ? (written?.places.get(`metrics.${String(i)}`) ?? written?.span)
      : (demanded?.places.get(`require.${String(bars[i - requested.length])}.metric`) ?? demanded?.span);
  const measured = tasks.every((evaluatedTask) =>
    checkMetrics(program, words, { ...evaluatedTask, ...roles, timed: true }, place, statement.verb.span),
  );
  const mute = tasks.find(({ task }) => !writesText(program.registry, task));
  const astray = checkGenerationKeys(program, ownKeys.given, mute?.task, statement.verb.span);
  const onSpan = clauses.get("on")?.span ?? statement.span;
  const parted = subjects.flatMap((one) =>
    one?.sound && "data" in one.subject ? [{ data: one.subject.data, split: one.subject.split }] : [],
  );
  const by = sliceKeysOf(program, values["by"], parted, {
    place: (path) => ownKeys.given.get("by")?.places.get(path),
    here: statement.verb.span,
  });
  const attacks = (values["attacks"] as readonly Call[] | undefined) ?? [];
  const attacked = checkAttacks(program, attacks, names, ownKeys.given.get("attacks"));
  const contenders = resolveBaselines(program, beside, {
    model: names[0],
    task: tasks[0]?.task,
    subjects,
    here: onSpan,
  });
  if (header.sound && operands.length === 0 && beside.length > 0) reportOnlyBaselines(program, beside);
  const unreadable = facts ? subjects.filter((one) => one && reportMissingRoles(program, one, tasks, onSpan)) : [];
  const known = names.filter((name) => name !== undefined);
  const on = subjects.flatMap((subject) => (subject ? [subject.subject] : []));
  const whole = known.length > 0 && known.length === names.length && on.length === subjects.length && contenders;
  const readable = measured && astray.length === 0 && unreadable.length === 0;
  if (!header.sound || ownKeys.broken || !whole || !readable || !by || !attacked) return;
  const most = values["max_tokens"];
  addAction(program, header, "evaluate", {
    names: [...known, ...contenders.map(({ name }) => name)],
    on,
    metrics,
    batch_size: numberAt(values, "batch_size"),
    worst: numberAt(values, "worst"),
    ...(by.length > 0 && { by }),
    ...(attacks.length > 0 && { attacks }),
    uncertain: numberAt(values, "uncertain"),
    ...(require.length > 0 && { require }),
    ...(contenders.length > 0 && {
      contenders: Object.fromEntries(contenders.map(({ name, contender }) => [name, contender])),
    }),
    ...foldsOfModels(program, known),
    ...(!mute && { decode: callAt(values, "decode"), max_tokens: typeof most === "number" ? most : null }),
  });
}

/** Columns and labels of the evaluated data that parameters may name. */
function columnsAndLabels({ columns }: DataPlan, labels: DataPlan["labels"]) {
  return { columns: { record: columns }, ...(labels && { labels }) };
}

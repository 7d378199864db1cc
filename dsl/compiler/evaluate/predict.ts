/** `predict`: predictions of a trained model or its base, for texts, live values or rows of data. */
import type { StatementHeader } from "../../language/types/header.js";
import { readKeys } from "../../language/types/keys.js";
import type { Program } from "../plan/program.js";
import { rolesReadByTask } from "../checks/world.js";
import { callAt, numberAt, textsAt } from "../plan/value.js";
import { addAction, operandName } from "../statement/run-action.js";
import { fillDefaults } from "../plan/defaults.js";
import { writesText } from "../plan/batches.js";
import { resolveDataSubject } from "../drafts/names.js";
import { resolveTrainedName } from "../drafts/trained-names.js";
import type { ActionSubject } from "../plan/action.js";
import type { Call, Value } from "../../language/types/value.js";
import { checkGenerationKeys, taskOf } from "./model-task.js";

export function compilePredict(program: Program, header: StatementHeader): void {
  const { clauses, statement } = header;
  const ownKeys = readKeys(program, statement.block?.entries ?? [], header.verb, header.verb.parameters);
  const operands = clauses.get("on")?.operands ?? [];
  const texts = operands.filter((options) => options.is === "string");
  const [first] = operands;
  let on: ActionSubject | undefined;
  if (first && texts.length === operands.length)
    on = { texts: texts.map((options) => (options.is === "string" ? options.value : "")) };
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
  } else if (first) on = resolveDataSubject(program, first, true, "on")?.subject;
  const [operand] = header.operands;
  const writes = (task: Call): boolean => writesText(program.registry, task);
  const name = operand && resolveTrainedName(program, operand, "predict", true);
  const as = operandName(clauses.get("as")?.operands[0]);
  if (as) program.define(as.text, as.span, { is: "prediction" });
  const { values } = fillDefaults(program, header.verb.parameters, ownKeys.given, "", { here: statement.verb.span });
  const task = taskOf(program, name);
  const astray = checkGenerationKeys(program, ownKeys.given, task, statement.verb.span);
  if (task && on && "texts" in on && rolesReadByTask(program, task).includes("context") && first) {
    program.report("asks-without-context", { model: name ?? "the model" }, first.span);
    return;
  }
  if (!header.sound || ownKeys.broken || name === undefined || !on || astray.length > 0) return;
  const writing =
    task && writes(task)
      ? {
          decode: callAt(values, "decode"),
          max_tokens: numberAt(values, "max_tokens"),
          stop: textsAt(values, "stop"),
        }
      : null;
  const batch_size = numberAt(values, "batch_size");
  const why = values["why"] === "left_out" || values["why"] === "gradient" ? values["why"] : null;
  if (why && task && !saysWhy(program, task)) {
    program.report(
      "no-why",
      { task: task.word, has: tasksThatSayWhy(program) },
      ownKeys.given.get("why")?.span ?? statement.span,
    );
    return;
  }
  addAction(program, header, "predict", { name, on, as: as?.text ?? null, batch_size, writing, ...(why && { why }) });
}

function saysWhy(program: Program, task: Call): boolean {
  return program.registry.find("task", task.word)?.capabilities?.isExplainable === true;
}

function tasksThatSayWhy(program: Program): readonly string[] {
  return program.registry
    .ofKind("task")
    .flatMap(({ name, capabilities }) => (capabilities?.isExplainable ? [name] : []));
}

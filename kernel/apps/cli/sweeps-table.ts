/** Sweeps and their trials for a terminal and for programs. */
import { readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { programText } from "#dsl/compiler/plan/text.js";
import { quoteNonFinite } from "#kernel/runs/log-lines.js";
import { readPlanAndLockLeniently } from "#kernel/runs/history/run-details.js";
import { textTable } from "#kernel/display/text-table.js";
import { clip, durationText, oneLine, plural, printable, significantText } from "#kernel/host/value-text.js";
import {
  readJournalStudies,
  type JournalStudySummary,
  type JournalTrialReport,
} from "#kernel/sweep-runs/journal/journal-studies.js";
import { registry } from "#stdlib/registry.js";
import { runsFolder } from "./runs/runs-folder.js";

interface Asked {
  readonly in: string;
  readonly best?: true;
  readonly json?: true;
}

/** `file`: a journal; null: the sweeps in the folder. Coded error `bad-usage`. */
export function sweepsText(file: string | null, request: Asked): string {
  const root = runsFolder(request.in);
  if (file === null) return sweepsIn(root, request);
  const studies = readJournalStudies(resolve(file));
  if (studies.length === 0) throw usage(`${file} is not a journal of a sweep, nor one of Optuna's`);
  if (request.best) return studies.map((study) => bestProgram(root, study)).join("\n");
  if (request.json) return json(studies);
  return studies.map(studyText).join("\n");
}

function sweepsIn(root: string, { best, json: asJson }: Asked): string {
  if (best) throw usage("--best wants a journal: `tunebook sweeps FILE --best`");
  const folder = join(root, "sweeps");
  const sweepStudies = journalsIn(folder).flatMap((file) =>
    readJournalStudies(join(folder, file)).map((study) => ({ file: join(folder, file), ...study })),
  );
  if (asJson) return json(sweepStudies.map(({ trials, ...study }) => ({ ...study, trials: trials.length })));
  if (sweepStudies.length === 0) return `no sweeps in ${folder}\n`;
  const rows = sweepStudies.map(({ file, goals, trials, best: number }) => {
    const found = trials.find((trial) => trial.number === number);
    return [basename(file), goals.map(goalText).join(", "), String(trials.length), scoreText(found), valuesText(found)];
  });
  return `${textTable(["journal", "goal", "trials", "best", "values"], rows, ["left", "left", "right", "right"])}\n`;
}
function journalsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  } catch {
    return []; // no sweep yet
  }
}

function studyText({ name, goals, trials, best }: JournalStudySummary): string {
  const rows = trials.map((trial) => [
    ...[String(trial.number), trial.state, scoreText(trial), trial.seconds === null ? "" : durationText(trial.seconds)],
    ...[valuesText(trial), clip(trial.why ?? "", 80)],
  ]);
  const found = trials.find(({ number }) => number === best);
  const last = found ? `, best: trial ${found.number} (${scoreText(found)})` : "";
  const head = ["trial", "state", goals.map(({ metric }) => metric ?? "score").join(", "), "time", "values", "why"];
  return `${name}: ${goals.map(goalText).join(", ")}\n${textTable(head, rows, ["right", "left", "right", "right"])}\n${plural(trials.length, "trial")}${last}\n`;
}
function goalText({ metric, direction }: JournalStudySummary["goals"][number]): string {
  return [direction, metric].filter((part) => part !== null).join(" ") || "not told";
}
function scoreText(trial: JournalTrialReport | undefined): string {
  return trial?.scores?.map((score) => significantText(score, 4)).join(", ") ?? "";
}
function valuesText(trial: JournalTrialReport | undefined): string {
  const entries = Object.entries(trial?.values ?? {});
  return clip(entries.map(([path, value]) => `${path}: ${value}`).join(", "), 120);
}

/**
 * Returns the program of the best trial's run if the run exists, else its varied values as a block. Coded error
 * `bad-usage`.
 */
function bestProgram(root: string, { name, trials, best, goals }: JournalStudySummary): string {
  const found = trials.find(({ number }) => number === best);
  if (!found)
    throw usage(goals.length > 1 ? `${name} has several goals, and no single best` : `no trial of ${name} is done`);
  const about =
    found.run === null ? undefined : readPlanAndLockLeniently(join(root, basename(found.run.replaceAll("\\", "/"))));
  if (about) return programText(about.plan, registry);
  const lines = Object.entries(found.values).map(([path, value]) => `  ${printable(oneLine(`${path}: ${value}`))}\n`);
  return `{\n${lines.join("")}}\n`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, quoteNonFinite, 2)}\n`;
}
function usage(message: string): CodedError {
  return new CodedError("bad-usage", { message, command: "tunebook sweeps" });
}

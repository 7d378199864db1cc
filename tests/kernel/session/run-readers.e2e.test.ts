/**
 * Every reader of a run folder, given a file in which one position is wrong: the part of fetch/readers.e2e.test.ts that
 * is about runs.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { curvesFigure } from "#kernel/display/curves/curves.js";
import { writeSafetensors } from "#kernel/tensors/safetensors.js";
import { readCheckpoints } from "#kernel/runs/checkpoints.js";
import { RunComparer } from "#kernel/runs/history/run-comparison.js";
import { damageText, trainingNameOf, recipeHashOfRun } from "#kernel/runs/history/damage.js";
import { loadRunWeights } from "#kernel/models/loaded-run.js";
import { newestScores } from "#kernel/runs/history/newest-scores.js";
import { readRunDetails } from "#kernel/runs/history/run-details.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import { defaultRunView } from "#kernel/runs/history/run-listing.js";
import { RunLog } from "#kernel/runs/run-log.js";
import { readRunNotes } from "#kernel/runs/history/run-notes.js";
import { readRunScores } from "#kernel/runs/history/run-scores.js";
import { Journal } from "#kernel/sweep-runs/journal/journal.js";
import { TrialIndex } from "#kernel/runs/together/trials.js";
import { keptFolder } from "./kept-runs.js";
import { one, trial } from "../sweep-runs/journals.js";
import { assertCoded, standChanges, type Reader } from "../fetch/readers.js";

describe("run file readers", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-readers-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  /** Writes the text to a file of that name and returns its path. */
  const put = (path: string, text: string): string => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const lines = (file: string): unknown[] =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
  /** Returns the log with `text` inserted before its last line. */
  const log = (of: readonly unknown[], text: string): string =>
    [...of.slice(0, -1).map((line) => JSON.stringify(line)), text, JSON.stringify(of.at(-1)), ""].join("\n");

  const kept = (name: string): string =>
    join(
      keptFolder,
      "0.1.0",
      "runs",
      readdirSync(join(keptFolder, "0.1.0", "runs")).find((one) => one.startsWith(name))!,
    );
  const runs = join(folder, "runs");
  const id = "straight-20261126-121953-e17bf2";
  const run = RunFolder.open(join(runs, id));
  before(() => {
    cpSync(join(keptFolder, "0.1.0", "runs"), runs, { recursive: true });
    writeFileSync(join(run.path, "scores.jsonl"), `${JSON.stringify(score)}\n`);
    mkdirSync(join(run.path, "checkpoints"), { recursive: true });
  });
  const score = {
    at: "2026-11-26T12:00:00.000Z",
    step: 5,
    data: "d",
    split: "test",
    dataHash: "h",
    rows: 4,
    metrics: { accuracy: { value: 0.5, low: 0.1, high: 0.9, better: "greater" }, loss: { value: null, why: "none" } },
  };
  const ofRun = [
    "run-unreadable",
    "run-without-weights",
    "run-without-base",
    "checkpoint-unreadable",
    "weights-malformed",
  ];
  /** Reads the run first without its weights, and then its weights. */
  const lookedAt = (file: string, good: string) => async (text: string) => {
    const path = join(run.path, file);
    writeFileSync(path, text);
    try {
      const list = new RunList(runs);
      await list.look();
      const [summary] = list.list({ ...defaultRunView, since: 0 }).runs.filter((one) => one.id === id);
      await readRunDetails(list, id, "whole-20261126-121950-4837db");
      await new RunComparer(list).compared({ runs: [{ id, slot: 0 }], along: "step", smooth: false });
      const told = [damageText(run), trainingNameOf(run), recipeHashOfRun(run)];
      curvesFigure(run.events());
      return { summary, told, weights: loadRunWeights(run.path) };
    } finally {
      writeFileSync(path, good);
    }
  };
  const isWhole = (got: unknown): boolean => (got as { readonly weights: object }).weights !== undefined;
  const planText = readFileSync(join(kept("straight"), "plan.json"), "utf8");
  const lockText = readFileSync(join(kept("straight"), "lock.json"), "utf8");
  const events = lines(join(kept("straight"), "events.jsonl"));
  const eventsText = readFileSync(join(kept("straight"), "events.jsonl"), "utf8");
  const swept = Journal.open(join(folder, "swept"), "search", "0123456789ab", one);
  swept.add(trial);
  const operations = lines(swept.file);
  const ofKind = (kind: string): unknown => events.find((event) => (event as { readonly kind: string }).kind === kind);

  const readers: Readonly<Record<string, Reader>> = {
    "a run's lock": {
      good: JSON.parse(lockText),
      read: lookedAt("lock.json", lockText),
      codes: ofRun,
      runs: 60,
      whole: isWhole,
    },
    "a run's plan": {
      good: JSON.parse(planText),
      read: lookedAt("plan.json", planText),
      codes: ofRun,
      runs: 120,
      whole: isWhole,
    },
    ...Object.fromEntries(
      ["started", "step", "evaluated", "checkpoint", "stopped"].map((kind): [string, Reader] => [
        `an event: ${kind}`,
        {
          good: ofKind(kind),
          read: async (text) => {
            const whole = log(events, text);
            new RunLog().take(whole);
            return lookedAt("events.jsonl", eventsText)(whole);
          },
          codes: [...ofRun, "still-training"],
          runs: 40,
          whole: isWhole,
        },
      ]),
    ),
    "a score": {
      good: score,
      read: (text) => {
        writeFileSync(run.scoresFile, log([score], text));
        return newestScores(readRunScores(run)).map(
          ({ metric, value }) => `${metric.trim()} ${value?.toFixed(1) ?? ""}`,
        );
      },
      whole: (got) => (got as string[])[0] === "accuracy 0.5",
    },
    "notes of a run": {
      good: { tags: ["a", "b"], note: "n" },
      read: async (text) => {
        put("noted/notes.json", text);
        const { tags, note } = await readRunNotes(join(folder, "noted"));
        return [...tags.map((tag) => tag.trim()), note.trim()].length;
      },
      whole: (got) => got === 3,
    },
    ...Object.fromEntries(
      operations.map((operation, i): [string, Reader] => [
        `operation ${i} of a sweep's journal`,
        {
          good: operation,
          read: async (text) => {
            writeFileSync(
              swept.file,
              operations.map((line, j) => `${i === j ? text : JSON.stringify(line)}\n`).join(""),
            );
            const known = new TrialIndex(join(folder, "swept"));
            await known.look();
            const { trials } = Journal.open(join(folder, "swept"), "search", "0123456789ab", one);
            return [
              ...(known.trialOf("search_1", undefined)?.values === null ? [] : ["values"]),
              ...trials.map(
                ({ values, score: at }) => `${Object.values(values).join().trim()} ${at?.toFixed(2) ?? ""}`,
              ),
            ];
          },
          runs: 60,
          whole: (got) => (got as string[]).length === 2,
        },
      ]),
    ),
    "a checkpoint's position": {
      good: { step: 3, best: { score: 0.5, step: 2 }, validated: 2, watched: [0.1, null, "NaN"], seconds: 4 },
      read: (text) => {
        const at = RunFolder.open(join(folder, "checked"));
        mkdirSync(at.checkpoints, { recursive: true });
        const weights = { a: { dtype: "f32", shape: [1], bytes: new Uint8Array(4) } } as const;
        writeSafetensors(join(at.checkpoints, "step-000003.safetensors"), weights, { tunebook: text });
        return readCheckpoints(at).map((one) =>
          "error" in one
            ? assertCoded(one.error, ["checkpoint-unreadable"])
            : one.position.watched.map((x) => x.toFixed(1)).length,
        );
      },
      whole: (got) => (got as number[])[0] === 3,
    },
  };

  for (const [name, reader] of Object.entries(readers))
    it(`survive ${name} with any value changed`, () => standChanges(reader));
});

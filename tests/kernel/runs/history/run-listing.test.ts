/** The table of runs by score: display, ranking, grouping, folding and search, whatever the files contain. */
import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunListDashboard } from "#kernel/training-runs/run-requests.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import { defaultRunView, type RunListRow, type RunListing, type RunView } from "#kernel/runs/history/run-listing.js";
import type { ScoreValue } from "#kernel/runs/history/run-scores.js";
import { add, evaluate, makeRun, makeSweep, share, step } from "../run-folders.js";

describe("run table with scores", () => {
  let root: string;
  let list: RunList;
  beforeEach(() => {
    root = join(mkdtempSync(join(tmpdir(), "tunebook-listing-")), "runs");
    list = new RunList(root);
  });
  afterEach(function () {
    this.timeout(120_000);
    rmSync(join(root, ".."), { recursive: true, force: true });
  });

  async function look(view: Partial<RunView> = {}): Promise<RunListing> {
    await list.look();
    return list.list({ ...defaultRunView, ...view, since: 0 });
  }
  /** Returns the displayed lines: names of runs, `[headings]`, `sweep (trials)`. */
  const told = ({ rows, runs }: RunListing): readonly string[] => {
    const name = (id: string): string => runs.find((one) => one.id === id)?.name ?? id;
    const text = (row: RunListRow): string =>
      row.is === "heading" ? `[${row.text}]` : row.is === "sweep" ? `${row.name} (${row.trials})` : name(row.id);
    return rows.map(text);
  };
  const less = (value: number): ScoreValue => ({ value, low: null, high: null, better: "less" });

  it("shows the newest score of each run, with the newest evaluation's first metric", async () => {
    const [a, b] = [makeRun(root, "a"), makeRun(root, "b")];
    evaluate(a, { "f1(macro)": share(0.5), accuracy: share(0.6) }, { at: "2026-01-01T00:00:00Z" });
    evaluate(a, { "f1(macro)": share(0.7) }, { at: "2026-01-03T00:00:00Z" });
    evaluate(b, { accuracy: share(0.9) }, { at: "2026-01-02T00:00:00Z" });
    const listing = await look();
    assert.equal(listing.score?.metric, "f1(macro)");
    const scores = listing.rows.map((row) =>
      row.is === "run" ? [row.score?.metric, row.score?.value, row.score?.low] : [],
    );
    assert.deepEqual(scores, [
      ["accuracy", 0.9, 0.87],
      ["f1(macro)", 0.7, 0.6699999999999999],
    ]);
    const other = await look({ score: "accuracy" });
    assert.deepEqual(
      other.rows.map((row) => row.is === "run" && row.score?.value),
      [0.9, 0.6],
    );
    assert.deepEqual(
      other.scores.map(({ key, runs }) => [key, runs]),
      [
        ["accuracy", 2],
        ["f1(macro)", 1],
        ["validation accuracy", 2],
        ["validation loss", 2],
      ],
    );
  });
  it("shows validation scores if nothing was evaluated", async () => {
    makeRun(root, "a", { accuracy: 0.75 });
    const { score, rows } = await look();
    assert.deepEqual([score?.key, score?.better], ["validation accuracy", "greater"]);
    assert.equal(rows[0]?.is === "run" && rows[0].score?.value, 0.75);
  });
  it("shows a validation score before the loss, but ranks only by the selected score", async () => {
    evaluate(makeRun(root, "scored"), { accuracy: share(0.9) });
    makeRun(root, "trained", { accuracy: 0.66 });
    makeSweep(root, "search", [0.5, 0.6]);
    const shown = ({ rows }: RunListing): readonly unknown[] =>
      rows.map((row) => (row.is === "heading" ? row.text : [row.score?.metric, row.score?.value]));
    const usual = await look({ fold: true, open: ["search-0123456789ab"] });
    assert.deepEqual(shown(usual), [
      ["validation accuracy", 0.6],
      ["validation accuracy", 0.6],
      ["validation accuracy", 0.5],
      ["validation accuracy", 0.66],
      ["accuracy", 0.9],
    ]);
    assert.deepEqual(shown(await look({ sort: "score", filter: "trained" })), [[undefined, undefined]]);
    assert.deepEqual(shown(await look({ score: "accuracy", filter: "trained" })), [["validation accuracy", 0.66]]);
    assert.deepEqual(shown(await look({ on: "d.test", filter: "trained" })), [[undefined, undefined]]);
  });
  it("ranks in the metric's direction or reversed, with NaN and infinity last", async () => {
    for (const [name, value] of [
      ["mid", 2],
      ["best", 1],
      ["nan", Number.NaN],
      ["infinite", Infinity],
      ["worst", 3],
    ] as const)
      evaluate(makeRun(root, name), { perplexity: less(value) });
    assert.deepEqual(told(await look({ sort: "score" })).slice(1, 4), ["best", "mid", "worst"]);
    assert.deepEqual(told(await look({ sort: "score", reverse: true })).slice(1, 4), ["worst", "mid", "best"]);
    assert.deepEqual(
      new Set(told(await look({ sort: "score", reverse: true })).slice(4)),
      new Set(["nan", "infinite"]),
    );
  });
  it("separates scores of different rows under headings", async () => {
    for (const [name, value, dataHash] of [
      ["a", 0.7, "h1"],
      ["b", 0.9, "h1"],
      ["c", 0.99, "h2"],
    ] as const)
      evaluate(makeRun(root, name), { accuracy: share(value) }, { dataHash });
    makeRun(root, "none");
    const listing = await look({ sort: "score" });
    assert.deepEqual(told(listing), [
      "[accuracy on d.test (120 rows, content h1)]",
      "b",
      "a",
      "[accuracy on d.test (120 rows, content h2)]",
      "c",
      "[without accuracy]",
      "none",
    ]);
    const only = listing.scores.find((one) => one.on?.includes("h2"));
    assert.deepEqual([only?.metric, only?.on, only?.runs], ["accuracy", "d.test (content h2)", 1]);
    assert.deepEqual(told(await look({ sort: "score", score: only!.key })), [
      "[accuracy on d.test (120 rows)]",
      "c",
      "[without accuracy on d.test (content h2)]",
      "none",
      "b",
      "a",
    ]);
    evaluate(makeRun(root, "alone"), { "f1(macro)": share(0.5) });
    assert.deepEqual(
      told(await look({ sort: "score", score: "f1(macro)", filter: "alone" })),
      ["[f1(macro) on d.test (120 rows)]", "alone"],
      "of one data alone, too, it says which",
    );
  });
  it("ranks by the selected data, not only by the newest evaluation", async () => {
    const [a, b] = [makeRun(root, "a"), makeRun(root, "b")];
    evaluate(a, { accuracy: share(0.9) }, { at: "2026-01-01T00:00:00Z" });
    evaluate(b, { accuracy: share(0.8) }, { at: "2026-01-02T00:00:00Z" });
    evaluate(b, { accuracy: share(0.99) }, { at: "2026-01-03T00:00:00Z", split: "train" });
    makeRun(root, "none");
    assert.deepEqual(told(await look({ sort: "score", score: "accuracy" })).length, 6, "b's newest is on other rows");
    const listing = await look({ sort: "score", score: "accuracy", on: "d.test" });
    assert.deepEqual(told(listing), [
      "[accuracy on d.test (120 rows)]",
      "a",
      "b",
      "[without accuracy on d.test]",
      "none",
    ]);
    assert.deepEqual(listing.data, ["d.validation", "d.test", "d.train"]);
    const [, , row] = listing.rows;
    assert.equal(row?.is === "run" && row.score?.value, 0.8);
    assert.equal((await look({ on: "d.train" })).score?.metric, "accuracy");
  });
  it("sorts by name, loss and time", async () => {
    makeRun(root, "run_10", { loss: () => 1, steps: 10 });
    makeRun(root, "run_9", { loss: () => 2, steps: 20 });
    assert.deepEqual(told(await look({ sort: "name" })), ["run_9", "run_10"]);
    assert.deepEqual(told(await look({ sort: "loss" })), ["run_10", "run_9"]);
    assert.deepEqual(told(await look({ sort: "loss", reverse: true })), ["run_9", "run_10"]);
    assert.deepEqual(told(await look({ sort: "seconds" })), ["run_10", "run_9"]);
  });
  for (const marked of [true, false])
    it(`folds the trials of a sweep, found by ${marked ? "their locks" : "the sweep's journal"}`, async () => {
      makeSweep(root, "search", [0.6, 0.8, 0.7], { marked });
      makeRun(root, "other", { accuracy: 0.75 });
      const folded = await look({ sort: "score" });
      assert.deepEqual(told(folded), ["[validation accuracy on d.validation]", "search (3)", "other"]);
      const [, sweep] = folded.rows;
      assert.ok(sweep?.is === "sweep");
      assert.deepEqual(
        [sweep.best?.number, sweep.best?.values, sweep.score?.value, sweep.open],
        [2, "batch_size: 16", 0.8, false],
      );
      const open = await look({ sort: "score", open: [sweep.key] });
      assert.deepEqual(told(open), [
        "[validation accuracy on d.validation]",
        "search (3)",
        "search_2",
        "search_3",
        "search_1",
        "other",
      ]);
      assert.deepEqual(told(await look({ sort: "started", fold: false })), [
        "other",
        "search_3",
        "search_2",
        "search_1",
      ]);
      assert.deepEqual(told(await look({ filter: "search_3" })), ["search (1)"]);
    });
  it("shows a sweep's best by its goal unless another score is selected", async () => {
    const runs = makeSweep(root, "search", [0.6, 0.8]);
    evaluate(runs[0]!, { accuracy: share(0.99) });
    const best = async (view: Partial<RunView>): Promise<unknown> => {
      const [row] = (await look(view)).rows;
      return row?.is === "sweep" && [row.best?.number, row.score?.metric, row.score?.value];
    };
    assert.deepEqual(await best({}), [2, "validation accuracy", 0.8]);
    assert.deepEqual(await best({ score: "accuracy" }), [1, "accuracy", 0.99]);
    assert.deepEqual(
      ((await best({ score: "validation loss" })) as unknown[]).slice(0, 2),
      [1, "validation loss"],
      "of equal ones the first",
    );
  });
  it("recognizes a running trial before the journal lists it", async () => {
    const trial = {
      sweep: "s",
      journal: "s-1",
      number: 1,
      goal: { metric: "accuracy", direction: "maximize" },
    } as const;
    makeRun(root, "s_1", { trial, reason: null });
    const { rows } = await look();
    assert.ok(rows[0]?.is === "sweep");
    assert.deepEqual([rows[0].name, rows[0].trials, rows[0].live], ["s", 1, 1]);
  });
  it("applies the limit to rows, not to trials", async () => {
    makeSweep(root, "search", [0.6, 0.8, 0.7]);
    for (const name of ["a", "b", "c"]) makeRun(root, name);
    const { left, total, rows } = await look({ limit: 2 });
    assert.deepEqual([left, total, rows.length], [2, 6, 2]);
  });
  it("finds runs by tags and notes", async () => {
    const [a, b] = [makeRun(root, "a"), makeRun(root, "b")];
    writeFileSync(join(a.path, "notes.json"), JSON.stringify({ tags: ["Good", "x"], note: "with more dropout" }));
    writeFileSync(join(b.path, "notes.json"), JSON.stringify({ tags: ["goodish"], note: "" }));
    assert.deepEqual(told(await look({ filter: "tag:good" })), ["a"]);
    assert.deepEqual(told(await look({ filter: "good" })), ["b", "a"]);
    assert.deepEqual(told(await look({ filter: "dropout a" })), ["a"]);
    assert.deepEqual((await look()).tags, ["Good", "goodish", "x"]);
  });
  it("returns only changed runs and notices scores, notes and deletions", async () => {
    const [a, b] = [makeRun(root, "a"), makeRun(root, "b")];
    const { revision } = await look();
    evaluate(a, { accuracy: share(0.5) });
    await list.look();
    const scored = list.list({ ...defaultRunView, since: revision });
    assert.deepEqual(
      scored.runs.map((one) => one.name),
      ["a"],
    );
    writeFileSync(join(b.path, "notes.json"), '{"tags": ["t"]}');
    await list.look();
    const noted = list.list({ ...defaultRunView, since: scored.revision });
    assert.deepEqual(
      noted.runs.map((one) => [one.name, one.tags]),
      [["b", ["t"]]],
    );
    rmSync(a.path, { recursive: true });
    const gone = await look();
    assert.ok(gone.revision > noted.revision);
    assert.deepEqual(told(gone), ["b"]);
  });
  it("survives torn, foreign, hostile and missing files", async () => {
    const odd = makeRun(root, "odd");
    const line = {
      at: "never",
      step: 1,
      data: "d\u202e<b>",
      split: 7,
      dataHash: "x".repeat(5000),
      rows: Number.MAX_VALUE,
    };
    appendFileSync(
      odd.scoresFile,
      `{"torn\n[]\nnull\n${JSON.stringify({ ...line, metrics: { ["__proto__"]: { value: 1 }, constructor: { value: 2, low: "a", better: "up" }, ["m\n\u0007".repeat(99)]: { value: 3 } } })}\n`,
    );
    writeFileSync(
      join(odd.path, "notes.json"),
      JSON.stringify({ tags: ["a b\n\u202e", 7, "", "x".repeat(900), "A-b"], note: ["no"] }),
    );
    const fifoless = makeRun(root, "folders");
    mkdirSync(fifoless.scoresFile);
    mkdirSync(join(fifoless.path, "notes.json"));
    const linked = makeRun(root, "linked");
    writeFileSync(join(root, "..", "secret"), '{"tags": ["secret"], "note": "secret"}');
    symlinkSync(join(root, "..", "secret"), join(linked.path, "notes.json"));
    mkdirSync(join(root, "sweeps"), { recursive: true });
    const operations = [
      { op_code: 0, worker_id: "w", study_name: "s-000000000000", directions: [2] },
      { op_code: 4, worker_id: "w", study_id: 0, datetime_start: "never" },
      { op_code: 8, worker_id: "w", trial_id: 0, user_attr: { run: 7 } },
      { op_code: 8, worker_id: "w", trial_id: 0, user_attr: { run: `/elsewhere/${odd.id}`, values: { a: {} } } },
      { op_code: 6, worker_id: "w", trial_id: 0, state: 1, values: ["NaN"] },
    ].map((operation) => `${JSON.stringify(operation)}\n`);
    writeFileSync(join(root, "sweeps", "s-000000000000.jsonl"), `null\n${operations.join("")}{"torn`);
    const { rows, runs } = await look({ sort: "score", open: ["s-000000000000"] });
    const found = runs.find((one) => one.name === "odd")!;
    assert.ok(
      found.scores.every(
        ({ metric, on }) => metric.length <= 80 && on.length <= 80 && !/[\n\u0007\u202e]/.test(metric + on),
      ),
    );
    assert.ok(
      found.scores.some(
        ({ metric, value, low, better }) =>
          metric === "constructor" && value === 2 && low === null && better === "greater",
      ),
    );
    assert.ok(
      found.tags.every((tag) => tag.length <= 40 && !/[\s\u202e]/.test(tag)),
      found.tags.join("|"),
    );
    assert.equal(found.note, "");
    assert.deepEqual(runs.find((one) => one.name === "linked")?.tags, [], "notes of elsewhere are none of its own");
    assert.equal(found.trial?.sweep, "s");
    assert.ok(rows.length >= 3);
    assert.ok(JSON.stringify(runs).length < 20_000);
  });
  it("limits a page of hundreds of runs", async function () {
    this.timeout(120_000);
    const one = makeRun(root, "one");
    evaluate(one, { accuracy: share(0.5) });
    for (let i = 0; i < 200; i++) cpSync(one.path, join(root, `copy_${i}`), { recursive: true });
    await list.look();
    await list.look();
    const { rows, left } = list.list({ ...defaultRunView, sort: "score", limit: 50, since: 0 });
    assert.deepEqual([rows.filter((row) => row.is === "run").length, left], [50, 151]);
    assert.ok(JSON.stringify(await look({ limit: 50 })).length < 100_000);
  });

  describe("run details with evaluations", () => {
    it("list all evaluations, newest first, and offer to load a finished run under a free name", async () => {
      const run = makeRun(root, "mood", { weights: true });
      evaluate(run, { accuracy: share(0.8), loss: less(Number.NaN) }, { at: "2026-01-01T00:00:00Z" });
      evaluate(run, { accuracy: share(0.9) }, { at: "2026-01-02T00:00:00Z", split: "validation" });
      const board = new RunListDashboard(root);
      const details = (await board.details(run.id, null))!;
      assert.deepEqual(
        details.evaluations.map(({ at, on, metric, value, interval, rows, step: n }) => [
          at,
          on,
          metric,
          value,
          interval,
          rows,
          n,
        ]),
        [
          ["2026-01-02T00:00:00Z", "d.validation", "accuracy", "0.9", "0.87 – 0.93", "120", 20],
          ["2026-01-01T00:00:00Z", "d.test", "accuracy", "0.8", "0.77 – 0.83", "120", 20],
          ["2026-01-01T00:00:00Z", "d.test", "loss", "NaN", null, "120", 20],
        ],
      );
      assert.equal(details.load, `model mood { load: "runs/${run.id}" }`);
      const load = (...cells: readonly string[]): Promise<string | null> => board.load(run.id, cells);
      assert.equal(
        await load("model mood { base: x }", "train mood on d as mood_2"),
        `model mood_3 { load: "runs/${run.id}" }`,
      );
      assert.equal(await load("console.log($mood)"), `model mood_2 { load: "runs/${run.id}" }`);
      assert.equal(await load("const moody = 1"), `model mood { load: "runs/${run.id}" }`);
      const verb = makeRun(root, "train", { weights: true });
      assert.equal(await board.load(verb.id, []), `model train_2 { load: "runs/${verb.id}" }`);
      const stopped = makeRun(root, "stopped", { weights: true, reason: "interrupted" });
      assert.equal(await board.load(stopped.id, []), `model stopped { load: "runs/${stopped.id}" }`);
      const odd = makeRun(root, '7 "kinds"', { weights: true });
      assert.equal(await board.load(odd.id, []), `model run_7__kinds_ { load: ${JSON.stringify(`runs/${odd.id}`)} }`);
    });
    it("offer no load for a running training or a run without weights", async () => {
      const board = new RunListDashboard(root);
      for (const run of [makeRun(root, "a"), makeRun(root, "b", { weights: true, reason: null })]) {
        assert.equal((await board.details(run.id, null))?.load, null);
        assert.equal(await board.load(run.id, []), null);
      }
      assert.equal(await board.load("../a", []), null);
    });
  });

  describe("run comparison", () => {
    const compare = (board: RunListDashboard, runs: readonly string[], since = "", wait = 0) =>
      board.compared({ runs: runs.map((id, slot) => ({ id, slot })), along: "step", smooth: false, since, wait });
    it("overlays curves and lists scores and settings side by side", async () => {
      const a = makeRun(root, "a", { accuracy: 0.8 });
      const b = makeRun(root, "b", { accuracy: 0.9, recipe: "epochs: 2" });
      evaluate(a, { accuracy: share(0.8), loss: less(0.3) });
      evaluate(b, { accuracy: share(0.7), loss: less(0.2) }, { at: "2026-01-01T00:00:00Z" });
      evaluate(b, { accuracy: share(0.99) }, { dataHash: "other" });
      const { runs, scores, settings, figure, gone } = await compare(new RunListDashboard(root), [a.id, b.id, "gone"]);
      assert.deepEqual([runs.map(({ label }) => label), gone], [["a", "b"], ["gone"]]);
      assert.notEqual(runs[0]?.color, runs[1]?.color);
      assert.deepEqual(
        scores.map(({ metric, on, cells }) => [
          metric,
          on,
          ...cells.map((cell) => cell && `${cell.value}${cell.best ? "*" : ""}`),
        ]),
        [
          ["accuracy", "d.test (content d1)", "0.8*", "0.7"],
          ["loss", "d.test", "0.3", "0.2*"],
          ["validation accuracy", "d.validation", "0.8", "0.9*"],
          ["validation loss", "d.validation", "0.4*", "0.4*"],
          ["accuracy", "d.test (content other)", null, "0.99"],
        ],
      );
      assert.deepEqual(
        settings.filter(({ differs }) => differs).map(({ setting, values }) => [setting, ...values]),
        [["epochs", "1", "2"]],
      );
      const names = figure!.data.map((trace) => [trace["name"], trace["yaxis"] ?? "y"]);
      assert.deepEqual(names, [
        ["a", "y"],
        ["b", "y"],
        ["a", "y2"],
        ["b", "y2"],
        ["a", "y3"],
        ["b", "y3"],
      ]);
    });
    it("distinguishes runs of the same name and escapes their text", async () => {
      const [a, b] = [makeRun(root, "<b>x"), makeRun(root, "<b>x")].map(({ id }) => id);
      const { runs, figure } = await compare(new RunListDashboard(root), [a!, b!]);
      assert.equal(new Set(runs.map(({ label }) => label)).size, 2);
      assert.ok(figure!.data.every((trace) => !String(trace["name"]).includes("<")));
    });
    it("responds only when a run progresses", async () => {
      const run = makeRun(root, "live", { reason: null, steps: 10 });
      const board = new RunListDashboard(root);
      const { revision } = await compare(board, [run.id]);
      assert.equal((await compare(board, [run.id], revision, 50)).revision, revision);
      setTimeout(() => add(run, step(11, 0.1)), 50);
      const next = await compare(board, [run.id], revision, 10_000);
      assert.notEqual(next.revision, revision);
      assert.equal((next.figure!.data[0]!["x"] as readonly number[]).length, 11);
    });
    it("has no figure without training data and survives an unreadable folder", async () => {
      const run = makeRun(root, "odd");
      for (const name of ["plan.json", "lock.json", "events.jsonl"]) writeFileSync(join(run.path, name), '{"');
      const { figure, settings, gone } = await compare(new RunListDashboard(root), [run.id]);
      assert.deepEqual([figure, settings, gone], [null, [], []]);
    });
  });
});

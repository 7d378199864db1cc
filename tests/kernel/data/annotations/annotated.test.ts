import assert from "node:assert/strict";
import { AnnotationSession, type AnnotationOptions } from "#kernel/data/annotations/annotation-session.js";
import { parseAnnotationLines, serializeAnnotationLine, type AnnotationLine } from "#kernel/data/annotations/line.js";
import { annotatedDataHandle } from "#kernel/data/annotations/handle.js";
import { orderByHash, selectDoubtedRows, orderByUncertainty } from "#kernel/data/annotations/order.js";
import { agreementAndDisagreements } from "#kernel/data/annotations/resolved-labels.js";
import type { PreparedData } from "#kernel/data/prepared.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import { prepareMeasuredData } from "#kernel/data/prepare.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { call, Folder } from "../rows/plans.js";

describe("annotated data", () => {
  const folder = new Folder();
  after(() => folder.remove());
  const annotations = { file: "a.annotations.jsonl", role: "label" } as const;
  const plan = (text: string, more: Partial<DataPlan> = {}): DataPlan =>
    folder.plan(call("source", "csv", { path: folder.write(`${String(Math.random()).slice(2)}.csv`, text) }), {
      annotations,
      ...more,
    });
  const prepared = (of: DataPlan, lines: readonly AnnotationLine[] = []) =>
    prepareMeasuredData(of, folder.world(), { decisions: { lines, unread: [] } });
  const annotated = (of: PreparedData) => mustExist(of.annotated, "annotated");
  /** Returns a session over all rows, and the lines that it writes. */
  function sessionOf(of: PreparedData, annotator: string, more: Partial<AnnotationOptions> = {}) {
    const { rows, standing, labels } = annotated(of);
    const lines: AnnotationLine[] = [];
    const annotation = new AnnotationSession({
      data: "d",
      annotator,
      column: "label",
      labels,
      several: false,
      order: "random",
      standing,
      asks: rows.map((row) => ({ row, why: "by chance" })),
      write: (line) => void lines.push(line),
      ...more,
    });
    return { annotation, lines };
  }
  const label = (name: string) => ({ does: "label", label: name }) as const;
  const labelsOf = (of: PreparedData, split = "all"): unknown[] => [
    ...mustExist(of.splits[split], split).array("label"),
  ];

  const text = "text,label\nred,warm\nblue,cold\ngreen,cold\nred,cold\n";

  it("equals its source while there are no decisions", async () => {
    const bare = await prepareMeasuredData(plan(text, { annotations: undefined } as never), folder.world());
    const none = await prepared(plan(text));
    assert.equal(none.facts.hash, bare.facts.hash);
    assert.deepEqual(none.facts.annotated?.by, []);
  });

  it("offers cleaned labels, and the most frequent of case or whitespace variants", async () => {
    const odd = 'text,label\nred,Warm\nblue,cold\ngreen,"cold "\nsnow,"cold "\nsun,warm\nfire,warm\n';
    const clean = [call("cleaner", "unicode", {})];
    const of = await prepared(plan(odd, { clean }));
    assert.deepEqual(annotated(of).labels, ["cold", "warm"]);
    assert.deepEqual(
      annotated(of).rows.map(({ before }) => before),
      ["Warm", "cold", "cold", "cold", "warm", "warm"],
    );
    assert.deepEqual(annotated(await prepared(plan(odd))).labels, ["cold ", "warm"]);
    const listed = await prepared(plan(odd, { clean, labels: ["warm", "Warm", "cold"] }));
    assert.deepEqual(annotated(listed).labels, ["warm", "Warm", "cold"]);
    const { annotation, lines } = sessionOf(of, "ann");
    annotation.decide(2, label("cold"));
    assert.equal((await prepared(plan(odd, { clean }), lines)).facts.annotated?.changed, 0);
  });

  it("includes in its tables the decisions made before each table request", async () => {
    const of = await prepared(plan(`${text}snow,\n`, { split: call("split", "random", { train: { share: 1 } }) }));
    const { annotation } = sessionOf(of, "ann");
    const checked = annotatedDataHandle("checked", of, async () => [], annotation, "label");
    const now = () => Array.from(checked["train"]!.table().array("label") as Iterable<string>);
    const first = checked["train"]!.table();
    const at = (row: number) => Array.from(first.array("$row") as Iterable<number>).indexOf(row);
    const whole = now();
    assert.equal(whole.length, 4);
    checked.decide(1, "cold");
    assert.deepEqual(now(), whole.with(at(1), "cold"));
    assert.equal(first.get("label", at(1)), "warm");
    checked.decide(2, null, "drop");
    assert.deepEqual(
      now(),
      whole.with(at(1), "cold").filter((_, i) => i !== at(2)),
    );
    assert.equal(checked["train"]!.rows, 3);
    annotation.undo();
    annotation.undo();
    checked.decide(3, null);
    assert.equal(checked["train"]!.table(), first);
  });

  it("uses an annotator's last decision and ignores undone ones", async () => {
    const of = plan(text);
    const { annotation, lines } = sessionOf(await prepared(of), "ann");
    annotation.decide(1, label("warm"));
    annotation.decide(2, label("warm"));
    annotation.decide(2, { does: "drop" });
    annotation.decide(3, label("warm"));
    assert.equal(annotation.undo(), 3);
    annotation.decide(0, { does: "skip" });
    assert.equal(annotation.done, 3);
    const now = await prepared(of, lines);
    assert.deepEqual(labelsOf(now), ["warm", "warm", "cold"]);
    assert.deepEqual(now.facts.annotated, {
      file: "a.annotations.jsonl",
      rows: 3,
      by: [{ annotator: "ann", rows: 3 }],
      changed: 1,
      labelled: 0,
      dropped: 1,
      waiting: 0,
      ties: 0,
      lost: 0,
      unread: 0,
    });
    assert.deepEqual(now.facts.dropped, [{ why: "dropped by annotators", count: 1, examples: [3] }]);
    assert.deepEqual(now.sample[1], { text: "blue", label: "warm" });
    assert.match(now.facts.notes?.[0] ?? "", /3 rows by ann \(3\); 1 label changed, 1 row dropped/);
  });

  it("undoes decisions of earlier sessions back to the decision before", async () => {
    const of = plan(text);
    const first = sessionOf(await prepared(of), "ann", { now: () => new Date(1000) });
    first.annotation.decide(0, label("cold"));
    const second = sessionOf(await prepared(of, first.lines), "ann");
    second.annotation.decide(0, label("warm"));
    const third = sessionOf(await prepared(of, [...first.lines, ...second.lines]), "ann");
    assert.equal(third.annotation.undo(), 0);
    assert.deepEqual(third.annotation.decided(0), label("cold"));
    // No row has the label "warm" now, but it can still be chosen.
    assert.deepEqual(annotated(await prepared(of, first.lines)).labels, ["cold", "warm"]);
    assert.equal(third.annotation.undo(), 0);
    assert.equal(third.annotation.undo(), null);
  });

  it("follows the majority, and uses the source's label on a tie", async () => {
    const of = plan(text);
    const start = await prepared(of);
    const say = (who: string, ...said: readonly (string | null)[]) => {
      const { annotation, lines } = sessionOf(start, who);
      said.forEach((one, at) => one !== null && annotation.decide(at, label(one)));
      return lines;
    };
    const lines = [say("ann", "cold", "warm"), say("bo", "cold", "cold"), say("cy", "warm", null)].flat();
    const now = await prepared(of, lines);
    assert.deepEqual(labelsOf(now), ["cold", "cold", "cold", "cold"]);
    assert.equal(now.facts.annotated?.ties, 1);
    const { agreement, disagreed } = agreementAndDisagreements(annotated(now));
    assert.equal(agreement.rows, 2);
    assert.deepEqual(
      disagreed.map(({ row }) => row.row),
      [1, 2],
    );
  });

  it("preserves decisions of moved rows, and reports rows whose text changed", async () => {
    const { annotation, lines } = sessionOf(await prepared(plan(text)), "ann");
    annotation.decide(3, label("warm")); // the second "red"
    annotation.decide(1, label("warm"));
    annotation.decide(2, label("warm"));
    const moved = await prepared(plan("text,label\nnew,cold\ngreen,cold\nred,warm\nBLUE,cold\nred,cold\n"), lines);
    assert.deepEqual(labelsOf(moved), ["cold", "warm", "warm", "cold", "warm"]);
    assert.equal(moved.facts.annotated?.lost, 1);
    assert.match((moved.facts.notes ?? []).join("\n"), /1 annotation of rows that no longer exist/);
  });

  it("moves no row between splits that are stratified by the corrected label", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `t${String(i)},${i % 3 === 0 ? "warm" : "cold"}`).join("\n");
    const share = (n: number) => ({ share: n });
    const split = call("split", "random", { train: share(0.5), test: share(0.5), stratify: "label" } as never);
    const of = plan(`text,label\n${rows}\n`, { split });
    const before = await prepared(of);
    const { annotation, lines } = sessionOf(before, "ann");
    for (let at = 0; at < 20; at++) annotation.decide(at, label("warm"));
    const after = await prepared(of, lines);
    const rowsIn = (one: PreparedData) => [...mustExist(one.splits["train"], "train").array("$row")];
    assert.deepEqual(rowsIn(after), rowsIn(before));
    assert.notEqual(after.facts.hash, before.facts.hash);
  });

  it("offers unlabelled rows, and includes them once labelled", async () => {
    const of = plan("text,label\nred,warm\nblue,\n blue ,\ngreen,cold\n", {
      clean: [call("cleaner", "whitespace"), call("cleaner", "drop_empty")],
    });
    const start = await prepared(of);
    assert.deepEqual(start.facts.dropped, [{ why: "not labelled yet", count: 2, examples: [2, 3] }]);
    const { rows } = annotated(start);
    assert.deepEqual(
      rows.map(({ row, split, before, texts }) => [row, split, before, texts["text"]]),
      [
        ...[
          [2, null, null, "blue"],
          [3, null, null, "blue"],
        ],
        ...[
          [1, "all", "warm", "red"],
          [4, "all", "cold", "green"],
        ],
      ],
    );
    const { annotation, lines } = sessionOf(start, "ann");
    annotation.decide(0, label("cold"));
    const now = await prepared(of, lines);
    assert.deepEqual(labelsOf(now), ["warm", "cold", "cold"]);
    assert.deepEqual([now.facts.annotated?.labelled, now.facts.annotated?.waiting], [1, 1]);
  });

  it("labels data without any labels", async () => {
    const of = plan("text\nred\nblue\n", {
      columns: { text: "text", label: "label" },
      labels: ["warm", "cold"],
      annotations: { ...annotations, adds: true },
    });
    const start = await prepared(of);
    assert.equal(start.facts.kept, 0);
    const { annotation, lines } = sessionOf(start, "ann");
    annotation.decide(1, label("cold"));
    assert.deepEqual(labelsOf(await prepared(of, lines)), ["cold"]);
    assert.throws(() => annotation.decide(0, label("red")), /no such label/);
  });

  it("supports several labels per text, in any order", async () => {
    const of = plan("text,labels\nred,warm|bright\nblue,cold\n", {
      columns: { text: "text", labels: "labels" },
      annotations: { ...annotations, role: "labels" },
    });
    const start = await prepared(of);
    const { annotation, lines } = sessionOf(start, "ann", { several: true, column: "labels" });
    annotation.decide(0, { does: "label", label: ["bright", "warm"] });
    annotation.decide(1, { does: "label", label: [] });
    const now = await prepared(of, lines);
    assert.equal(now.facts.annotated?.changed, 1);
    assert.deepEqual([...mustExist(now.splits["all"], "all").array("labels")], [["bright", "warm"], []]);
  });

  it("changes nothing if a decision cannot be saved", async () => {
    const { annotation } = sessionOf(await prepared(plan(text)), "ann", {
      write: () => {
        throw new Error("full");
      },
    });
    assert.throws(() => annotation.decide(0, label("cold")), /full/);
    assert.deepEqual([annotation.decided(0), annotation.done], [null, 0]);
  });

  it("ignores decisions about other columns", async () => {
    const of = plan("text,label,other\nred,warm,x\nblue,cold,y\n");
    const { annotation, lines } = sessionOf(await prepared(of), "ann", { column: "other", labels: ["warm", "cold"] });
    annotation.decide(1, label("warm"));
    assert.deepEqual(labelsOf(await prepared(of, lines)), ["warm", "cold"]);
  });

  describe("annotation order", () => {
    const said = (...chances: readonly number[]) => ({
      label: "a",
      probabilities: Object.fromEntries(chances.map((chance, i) => [String(i), chance])),
    });
    it("is stable as rows are added, by hash, with unlabelled rows first", async () => {
      const rows = annotated(await prepared(plan(text))).rows;
      const all = orderByHash(rows).map(({ row }) => row.row);
      const some = orderByHash(rows.slice(0, 3)).map(({ row }) => row.row);
      assert.deepEqual(
        all.filter((row) => row !== 4),
        some,
      );
      const unlabelled = annotated(await prepared(plan("text,label\nred,warm\nblue,\ngreen,cold\n"))).rows;
      assert.deepEqual(orderByHash(unlabelled)[0]?.row.row, 2);
    });
    it("starts, by uncertainty, with the smallest margin, or the probability nearest 0.5 for several labels", async () => {
      const rows = annotated(await prepared(plan(text))).rows;
      const margins = [said(0.9, 0.1), said(0.5, 0.45), said(0.7, 0.3), said(0.6, 0.4)];
      const asks = orderByUncertainty(rows, margins, false);
      assert.deepEqual(
        asks.map(({ row, why }) => [row.row, why]),
        [
          [2, "margin 5.0 %"],
          [4, "margin 20 %"],
          [3, "margin 40 %"],
          [1, "margin 80 %"],
        ],
      );
      const halves = [said(0.9, 0.1), said(0.9, 0.45), said(0.7, 0.3), said(0.52, 0.01)];
      assert.deepEqual(
        orderByUncertainty(rows, halves, true).map(({ row }) => row.row),
        [4, 2, 3, 1],
      );
    });
    it("contains, by doubt, only the doubtful rows", async () => {
      const rows = annotated(await prepared(plan(text))).rows;
      const asks = selectDoubtedRows(rows, [
        { row: 3, likely: "warm", chance: 0.02 },
        { row: 77, likely: "warm", chance: 0.03 },
      ]);
      assert.deepEqual(
        asks.map(({ row, suggested }) => [row.row, suggested?.label]),
        [[3, "warm"]],
      );
    });
  });

  it("reads lines up to a truncated end, and skips invalid ones", () => {
    const line: AnnotationLine = {
      text: "ab",
      nth: 1,
      row: "3 (test)",
      column: "label",
      does: "label",
      before: null,
      after: "x",
      annotator: 'a"n\nn',
      at: "2026-01-01T00:00:00.000Z",
      why: "",
    };
    const whole = serializeAnnotationLine(line);
    const others = ["not json", "[]", '{"text":1}', whole.trim().replace('"after":"x"', '"after":7')];
    const { lines, unread } = parseAnnotationLines(`${whole}\r\n${others.join("\n")}\n${whole}${whole.slice(0, 40)}`);
    assert.deepEqual(lines, [line, line]);
    assert.deepEqual(unread, [3, 4, 5, 6, 8]);
    assert.deepEqual(parseAnnotationLines(whole.trim()).lines, [line], "a whole line without its end");
  });
});

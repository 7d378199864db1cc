/** Findings in rows with planted faults; clean rows have none. */
import assert from "node:assert/strict";
import type { AuditFinding } from "#dsl/language/types/audit-facts.js";
import { findingsText, auditFindingsOf } from "#kernel/display/data/findings.js";
import { prepareFetchedData } from "#kernel/data/sources/prepare.js";
import { call, Folder } from "../rows/plans.js";

const things = ["card", "parcel", "screen", "refund", "letter", "order", "invoice", "router", "charger", "account"];
const acts = ["broke", "came late", "was lost", "is fine", "works", "never came", "was wrong", "is slow"];
/** Returns a different text for each number. */
const text = (i: number): string => `the ${things[i % 10]!} ${acts[i % 8]!} on day ${String(i)} of this year`;
type Rows = readonly (readonly [text: string, label: string])[];
const rows: Rows = Array.from({ length: 400 }, (_, i) => [text(i), i % 3 === 0 ? "no" : "yes"]);

describe("audit findings", () => {
  const folder = new Folder();
  after(() => folder.remove());
  const factsOf = async (given: Rows, more: object = {}, source = {}) => {
    const lines = given.map(([text, label]) => JSON.stringify({ text, label }));
    folder.write("rows.jsonl", lines.join("\n"));
    const plan = folder.plan(call("source", "jsonl", { path: "rows.jsonl", ...source }), more);
    return (await prepareFetchedData(plan, folder.world())).facts;
  };
  const found = async (given: Rows, more: object = {}): Promise<readonly AuditFinding[]> =>
    (await factsOf(given, more)).audit!.findings!;
  const planted = (...at: readonly (readonly [row: number, text: string, label?: string])[]): Rows =>
    rows.map((one, i) => {
      const own = at.find(([row]) => row === i + 1);
      return own ? [own[1], own[2] ?? one[1]] : one;
    });
  const only = async (what: AuditFinding["what"], given: Rows, more: object = {}): Promise<AuditFinding> => {
    const all = await found(given, more);
    assert.deepEqual(
      all.map((one) => one.what),
      [what],
    );
    return all[0]!;
  };
  const named = ({ examples }: AuditFinding) => examples.map(({ row }) => row);

  it("are empty for clean rows", async () => assert.deepEqual(await found(rows), []));

  it("are the same for streamed rows", async () => {
    const odd = planted(
      [7, "what a <b>junk</b> of a phone"],
      [9, "die ConcerniÃ«re kam gestern Ã¼ber Nacht"],
      [11, text(3)],
      [30, "word ".repeat(900)],
    );
    const [whole, streamed] = [await factsOf(odd), await factsOf(odd, {}, { stream: true })];
    assert.equal(whole.audit!.findings!.length, 4);
    assert.deepEqual(streamed.audit!.findings, whole.audit!.findings);
  });

  it("list unreadable rows, mojibake and markup, with the cleaner that fixes them", async () => {
    assert.deepEqual(named(await only("unreadable", planted([4, "the caf\ufffd was closed"]))), [4]);
    const mojibake = await only("mojibake", planted([5, "das CafÃ© ist schÃ¶n"], [6, "das Café ist schön"]));
    assert.deepEqual(named(mojibake), [5]);
    assert.deepEqual(
      await found(planted([5, "das CafÃ© ist schÃ¶n"]), { clean: [call("cleaner", "unicode", {})] }),
      [],
    );
    const tags = await only(
      "tags",
      planted(
        [8, "a very <i class=x>good</i> phone it is"],
        [9, "the router &amp; charger came"],
        [10, "now 1 < 2 and 3 > 2"],
      ),
    );
    assert.deepEqual(named(tags), [8, 9]);
    assert.match(tags.mend, /`strip_html`/);
    assert.deepEqual(
      await found(planted([8, "a very <i class=x>good</i> phone it is"]), {
        clean: [call("cleaner", "strip_html", {})],
      }),
      [],
    );
  });

  it("list repeated rows, and drop_duplicates removes them", async () => {
    const twice = planted([20, text(3)], [21, text(3)], [40, text(9)]);
    const repeated = await only("repeated", twice);
    assert.equal(repeated.rows, 3);
    assert.deepEqual(
      named(repeated),
      [20, 21, 40].filter((row) => twice[row - 1]![1] !== ""),
    );
    assert.deepEqual(await found(twice, { clean: [call("cleaner", "drop_duplicates", {})] }), []);
  });

  it("list unusually long or short texts, with a cleaner that drops exactly these", async () => {
    const odd = planted([30, "word ".repeat(120)], [31, "word ".repeat(900)], [50, "ok"]);
    const all = await found(odd);
    assert.deepEqual(
      all.map((one) => [one.what, named(one)]),
      [
        ["long", [31, 30]],
        ["short", [50]],
      ],
    );
    const [long, short] = all.map(({ mend }) => /drop_(\w+)\((\d+)\)/.exec(mend)!);
    const clean = [long!, short!].map(([, by, limit]) =>
      call("cleaner", `drop_${by!}`, { limit: Number(limit), by: "words" }),
    );
    const facts = await factsOf(odd, { clean });
    assert.deepEqual([facts.kept, facts.audit!.findings], [397, []]);
  });

  it("list a word that predicts one label, but not one shared by many labels", async () => {
    const told = rows.map(([text, label], i): [string, string] => [
      label === "no" && i % 5 !== 0 ? `${text} (closed TK9 nobody)` : `${text} (closed)`,
      label,
    ]);
    const rule = await only("rule", told);
    assert.match(rule.says, /“nobody”, “tk9”, which tell “no” by themselves \(right of 100%/);
    assert.equal(rule.rows, told.filter(([text]) => text.includes("TK9")).length);
    assert.equal(rule.examples.length, 20);
    const pattern = JSON.parse(/replace\((".*?[^\\]"), ""\)/.exec(rule.mend)![1]!) as string;
    const clean = [call("cleaner", "replace", { pattern, with: "" })];
    assert.deepEqual(
      (await found(told, { clean })).filter(({ what }) => what === "rule"),
      [],
    );
  });

  it("list coarse words, and the label where they are most frequent", async () => {
    const coarse = planted(
      ...Array.from({ length: 12 }, (_, i) => [i * 3 + 1, `${text(i * 3)}, what a sh1tty fucking thing`] as const),
    );
    const insults = await only("insults", coarse);
    assert.equal(insults.rows, 12);
    assert.match(insults.says, /most often under “no” \(9% of its rows\)/);
  });

  it("list no words of other languages that are coarse only in English", async () => {
    const late: Rows = Array.from({ length: 60 }, (_, i) => [
      `le colis numéro ${String(i)} est en retard de ${String(i)} jours et personne ne répond à mes messages`,
      i % 2 === 0 ? "no" : "yes",
    ]);
    const short = late.map(([text, label], i): [string, string] => [i < 20 ? `en retard ${String(i)}` : text, label]);
    const coarse = async (given: Rows) => (await found(given)).filter(({ what }) => what === "insults");
    assert.deepEqual([...(await coarse(late)), ...(await coarse(short))], []);
    const [english] = await coarse([...rows, ...late, ...rows.slice(0, 4).map(([, l]) => ["you retard", l] as const)]);
    assert.equal(english?.rows, 4);
  });

  it("list groups of people with an unusually frequent label", async () => {
    const leaning = rows.map(([text, label], i): [string, string] =>
      i % 4 === 0 ? [`my wife says ${text}`, i % 12 < 10 ? "no" : label] : [text, label],
    );
    const people = await only("people", leaning);
    assert.match(people.says, /mention women: 100% of them have the label “no”, of all others 3\d%/);
    assert.equal(people.rows, 100);
    const even = rows.map(([text, label], i): [string, string] => [i % 4 < 2 ? `my wife says ${text}` : text, label]);
    assert.deepEqual(await found(even), []);
  });

  it("are reported with their rows, including those of other audits", async () => {
    const odd = planted([7, "what a <b>junk</b> of a phone"], [9, text(40), "no"], [41, text(40), "yes"]);
    const facts = await factsOf(odd);
    const told = findingsText(auditFindingsOf(facts)).join("\n");
    assert.match(told, /2 rows of 1 text contradict each other[^]*\(rows 9, 41\)/);
    assert.match(told, /1 of 400 rows with tags or signs of HTML \(row 7\): `strip_html`/);
    const once = findingsText(auditFindingsOf(facts, ["label-conflict"])).join("\n");
    assert.ok(!once.includes("contradict") && once.includes("tags"), once);
  });

  it("list their first rows, however the data are split", async () => {
    const odd = rows.map(([text, label], i): [string, string] => [i % 9 === 4 ? `${text} <br>` : text, label]);
    const split = call("split", "random", { train: { share: 0.5 }, test: { share: 0.5 } });
    const [tags] = (await found(odd, { split })).filter(({ what }) => what === "tags");
    assert.deepEqual(
      tags?.examples.map(({ row }) => row),
      Array.from({ length: 20 }, (_, i) => i * 9 + 5),
    );
    const half = call("split", "random", { train: { share: 0.5 } });
    const [left] = (await factsOf(rows, { split: half })).dropped;
    const whole = new Set((await factsOf(rows.slice(0, 400), { split: half })).dropped[0]!.examples);
    assert.deepEqual(
      left!.examples,
      left!.examples.toSorted((a, b) => Number(a) - Number(b)),
    );
    assert.ok(Number(left!.examples.at(-1)) < 60 && whole.size === 10, String(left!.examples));
    const near = {
      split: "test",
      rows: 3,
      pairs: [9, 7, 300].map((row) => ({ row, text: "a", trained: { row: 1, text: "b" }, likeness: 1 })),
    };
    const audit = {
      near: [near],
      conflicts: { texts: 0, rows: 0, examples: [] },
      told: null,
      groups: null,
      scores: null,
    };
    assert.match(findingsText(auditFindingsOf({ ...(await factsOf(rows)), audit })).join("\n"), /rows 7, 9, 300/);
  });
});

/**
 * The audit of rows: near-duplicates compared with an exhaustive comparison of all pairs, conflicts, leaked labels,
 * groups, scores.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { findNearDuplicates as nearIn, type TextsToCompare } from "#kernel/data/audit/near-duplicates.js";
import { MIN_NEAR_DUPLICATE_LIKENESS, lettersForComparison } from "#stdlib/text/near-duplicates/shingles.js";
import { AuditCache } from "#kernel/data/sources/kept-audits.js";
import { prepareMeasuredData } from "#kernel/data/prepare.js";
import { textsOfCode } from "#dsl/language/diagnostics/codes.js";
import type { Value, DataPlan } from "#dsl/language/types/value.js";
import { Folder, call } from "./plans.js";

const lettered = (texts: readonly string[]): TextsToCompare => ({
  count: texts.length,
  chunks: () => [texts],
  lettersAt: (text) => texts[text]!,
});
const nearTexts = (texts: readonly string[], among: readonly string[]) => nearIn(lettered(texts), lettered(among));

/** Returns the similarity of two texts by comparing all their five-letter shingles; short texts have none. */
function likeness(a: string, b: string): number {
  if (a.length < 20 || b.length < 20) return 0;
  if (a === b) return 1;
  const runs = (text: string) => new Set(Array.from({ length: text.length - 4 }, (_, i) => text.slice(i, i + 5)));
  const [x, y] = [runs(a), runs(b)];
  const common = [...x].filter((run) => y.has(run)).length;
  return common / (x.size + y.size - common);
}
const words = [
  "parcel",
  "invoice",
  "late",
  "wrong",
  "monday",
  "please",
  "send",
  "refund",
  "where",
  "is",
  "my",
  "the",
  "a",
];
const sentence = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 40 }).map((all) => all.join(" "));

describe("near-duplicates", () => {
  it("match the result of comparing all pairs", async () => {
    const missed = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(sentence, { minLength: 1, maxLength: 12 }),
        fc.array(sentence, { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...words)), { maxLength: 6 }),
        async (texts, others, changes) => {
          // Adds texts with one word changed, so that there are near-duplicates to find.
          const among = [...others];
          for (const [which, place, word] of changes) {
            const all = texts[which % texts.length]!.split(" ");
            all[place % all.length] = word;
            among.push(all.join(" "));
          }
          const found = new Map((await nearTexts(texts, among)).map((n) => [n.text, n]));
          texts.forEach((text, i) => {
            const best = Math.max(...among.map((other) => likeness(text, other)));
            const near = found.get(i);
            // One in 20,000 pairs with barely this similarity shares no band
            // (stdlib/text/near-duplicates/signatures.ts): a test run may miss one pair, but hardly ever a second.
            if (!near && best >= MIN_NEAR_DUPLICATE_LIKENESS && best < MIN_NEAR_DUPLICATE_LIKENESS + 0.05)
              missed.add(`${text} | ${among.join(" | ")}`);
            else assert.equal(near !== undefined, best >= MIN_NEAR_DUPLICATE_LIKENESS, `${text} | ${best}`);
            assert.ok(missed.size <= 1, [...missed].join("\n"));
            if (near) assert.ok(Math.abs(near.likeness - likeness(text, among[near.twin]!)) < 1e-6);
          });
        },
      ),
      { numRuns: 150 },
    );
  });
  it("exclude short texts, whose punctuation may carry the meaning", async () => {
    const letters = (texts: readonly string[]): readonly string[] => texts.map(lettersForComparison);
    const texts = ["good :)", "great!", "thanks", "ok", "very good!!!", "😀 👍", ":-)"];
    const among = ["good :(", "great", "thanks :D", "ok.", "very good", "😂 👎", ";-)"];
    assert.deepEqual(await nearTexts(letters(texts), letters(among)), []);
    const long = "the parcel came on monday as it should";
    const found = await nearTexts(letters([`${long}!`]), letters([`${long} :(`]));
    assert.deepEqual(found, [{ text: 0, twin: 0, likeness: 1 }]);
  });
  it("ignore case, punctuation and whitespace", () =>
    assert.equal(
      lettersForComparison("  Where's my PARCEL,\n1139?! "),
      lettersForComparison("where s my parcel 1139"),
    ));
  it("are found between 5,000 and 20,000 texts", async function () {
    this.timeout(60_000);
    let seed = 1;
    const next = (n: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * n);
    };
    const letters = "abcdefghijklmnopqrstuvwxyz";
    const lexicon = Array.from({ length: 5000 }, () =>
      Array.from({ length: 3 + next(7) }, () => letters[next(26)]).join(""),
    );
    const text = () => Array.from({ length: 20 }, () => lexicon[Math.floor(next(5000) ** 2 / 5000)]).join(" ");
    const among = Array.from({ length: 20_000 }, text);
    const texts = Array.from({ length: 5_000 }, (_, i) => (i % 100 === 0 ? `${among[i]!} again` : text()));
    const found = await nearTexts(texts, among);
    assert.equal(found.length, 50);
  });
});

describe("data audit", () => {
  let folder: Folder;
  before(() => (folder = new Folder()));
  after(() => folder.remove());
  const csv = (name: string, text: string) => call("source", "csv", { path: folder.write(name, text) });
  const audit = async (text: string, more: Partial<DataPlan>, audits?: AuditCache) => {
    const { facts } = await prepareMeasuredData(
      folder.plan(csv("rows.csv", text), more),
      folder.world(),
      audits ? { audits } : {},
    );
    return facts.audit!;
  };
  const columns = { text: "text", label: "label" };
  const byPart = call("split", "by_column", { column: "part" });

  it("lists near-duplicates of training texts, and leaves exact ones to `split-leak`", async () => {
    const { near } = await audit(
      "text,label,part\n" +
        "Where is my parcel 1139? It should have been here on Monday at noon.,a,train\n" +
        "Please send me a new invoice.,b,train\n" +
        "Where is my parcel 1140? It should have been here on Monday at noon.,a,test\n" +
        "please send me a new invoice,b,test\n" +
        "Please send me a new invoice.,b,test\n" +
        "Something else altogether that nobody wrote before.,a,test\n",
      { columns, split: byPart },
    );
    assert.equal(near.length, 1);
    assert.deepEqual([near[0]?.split, near[0]?.rows], ["test", 2]);
    assert.deepEqual(
      near[0]?.pairs.map(({ row, trained, likeness: alike }) => [row, trained.row, alike === 1]),
      [
        [4, 2, true],
        [3, 1, false],
      ],
    );
  });
  it("marks near-duplicates that redaction may have caused", async () => {
    const letter = (name: string) => `Please send the invoice for last month to ${name} before the office closes today`;
    const rows =
      `${letter("anna.smith@a.org")},a,train\n${letter("ben.miller@b.org")},b,test\n` +
      `${letter("cy@c.org")} then,a,test\nNothing of the like stands here,b,train\nNothing of the like stands here,b,test\n`;
    const path = folder.write("masked.csv", `text,label,part\n${rows}`);
    const facts = async (given: Readonly<Record<string, Value>>) => {
      const clean = [call("cleaner", "redact", { entity: ["email"], ...given })];
      return (
        await prepareMeasuredData(
          folder.plan(call("source", "csv", { path }), { columns, split: byPart, clean }),
          folder.world(),
        )
      ).facts;
    };
    const masked = await facts({ replacement: "mask" });
    assert.deepEqual(
      masked.leaks.map(({ text, masked }) => [text.includes("[EMAIL]"), masked]),
      [
        [true, true],
        [false, undefined],
      ],
    );
    assert.deepEqual(
      masked.audit?.near.flatMap(({ pairs }) => pairs.map(({ masked }) => masked)),
      [true],
    );
    assert.match(
      masked.audit?.findings?.find(({ what }) => what === "repeated")?.says ?? "",
      /^with the text of an earlier row \(1 with masks, .*\)$/,
    );
    assert.equal((await facts({ replacement: "pseudonyms" })).leaks.length, 1);
    const { notes } = textsOfCode("split-leak", { data: "d", count: 1, places: ["row 1"], masked: true });
    assert.match(notes.join("\n"), /^row 1\nin some of them personal data is masked: they may have differed there/);
  });
  it("counts rows with an empty label set, and reports nothing without any", async () => {
    const found = async (text: string) =>
      (await audit(text, { columns: { text: "text", labels: "tags" }, separator: "|" })).findings?.find(
        ({ what }) => what === "unlabelled",
      );
    const some = await found("text,tags\none two,a|b\nthree four,\nfive six,b\n");
    assert.deepEqual([some?.rows, some?.of, some?.examples.map(({ row }) => row)], [1, 3, [2]]);
    assert.equal(await found("text,tags\none two,a|b\nfive six,b\n"), undefined);
  });
  it("counts texts with conflicting labels, and rows whose text contains the label", async () => {
    const { conflicts, told } = await audit(
      "text,label\nok then,sales\nOK  then,billing\n[Billing] charged twice,billing\nbilling: late,billing\nnothing,sales\n",
      { columns },
    );
    assert.deepEqual([conflicts.texts, conflicts.rows], [1, 2]);
    assert.deepEqual(conflicts.examples[0]?.labels, ["sales", "billing"]);
    assert.deepEqual([told?.own, told?.rows, told?.of, told?.example?.row], [2, 2, 5, 3]);
  });
  it("reports groups shared by splits, and the range of scores", async () => {
    const text = "text,score,who,part\na,1,x,train\nb,2.5,y,train\nc,-1,x,test\nd,0,z,test\n";
    const { groups, scores } = await audit(text, {
      columns: { text: "text", score: "score", group: "who" },
      split: byPart,
    });
    assert.deepEqual(groups, { shared: 1, of: 3, some: ["x"] });
    assert.deepEqual(scores, {
      least: -1,
      greatest: 2.5,
      values: [-1, 0, 1, 2.5],
      furthest: 2,
      trained: { least: 1, greatest: 2.5, mean: 1.75, spread: 0.75 },
    });
  });
  it("is cached for the same rows", async () => {
    const audits = new AuditCache();
    const text = "text,label\na,x\nb,y\n";
    assert.equal(await audit(text, { columns }, audits), await audit(text, { columns }, audits));
    assert.notEqual(await audit(text, { columns }, audits), await audit(`${text}c,x\n`, { columns }, audits));
  });
});

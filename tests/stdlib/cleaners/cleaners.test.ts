import assert from "node:assert/strict";
import fc from "fast-check";
import { anyText } from "#tests/any-text.js";
import { dropDuplicates } from "#stdlib/cleaners/drop_duplicates.run.js";
import { dropEmpty } from "#stdlib/cleaners/drop_empty.js";
import { stripHtml } from "#stdlib/cleaners/strip_html.run.js";
import { unicode } from "#stdlib/cleaners/unicode.js";
import type { Call } from "#dsl/language/types/value.js";
import type { CleanerImplementation } from "#stdlib/data/contract.js";
import { call } from "../../kernel/data/rows/plans.js";

const run = (cleaner: CleanerImplementation, values: Record<string, unknown>[]) => {
  const step = cleaner.start(call("cleaner", "any"));
  return values.map((v, i) => step({ row: i + 1, values: v }));
};
const text = (cleaner: CleanerImplementation, input: string) => {
  const [out] = run(cleaner, [{ text: input }]);
  assert.ok(out && "values" in out);
  return out.values["text"];
};

describe("unicode cleaner", () => {
  it("composes characters, drops invisible ones and collapses white space", () => {
    assert.equal(text(unicode, " e\u0301t\u00e9\u00a0\u0000\u200b  a\u202eb\r\n\tc\ufeff "), "été ab c");
    assert.equal(text(unicode, "👩‍💻 ½ ﬁ"), "👩‍💻 ½ ﬁ");
  });
  it("cleans labels too, and ignores values that are not strings", () => {
    assert.deepEqual(run(unicode, [{ text: "a", label: " spam ", id: 3 }]), [
      { values: { text: "a", label: "spam", id: 3 } },
    ]);
  });
  it("is idempotent", () =>
    fc.assert(
      fc.property(anyText(), (s) => {
        const once = text(unicode, s) as string;
        assert.equal(text(unicode, once), once);
        assert.ok(!/[\p{Cc}\p{Cs}]/u.test(once));
      }),
    ));
});

describe("strip_html", () => {
  it("extracts the text that a reader sees", () => {
    const html =
      '<p>Good&nbsp;<b>news</b>&excl;</p><script>alert("x")</script><style>p{}</style><!-- no --><br>Bye &lt;b&gt;';
    assert.equal(text(stripHtml, html), "Good news! Bye <b>");
    assert.equal(text(stripHtml, "un<b>believ</b>able<div>next</div>"), "unbelievable next");
  });
  it("survives broken or hostile markup", () => {
    assert.equal(text(stripHtml, "a <b>c"), "a c");
    assert.equal(text(stripHtml, "<script>never closed"), "");
    assert.equal(text(stripHtml, '<img src=x onerror="alert(1)">ok'), "ok");
    assert.equal(text(stripHtml, "<div>".repeat(20_000) + "deep"), "deep");
  });
  it("leaves text without markup unchanged", () => {
    for (const plain of ["a < b and c > d", "AT&T", "x  y\n", "1 &2", "<3"])
      assert.equal(text(stripHtml, plain), plain);
  });
  it("leaves labels unchanged", () =>
    assert.deepEqual(run(stripHtml, [{ text: "a", label: "<b>" }]), [{ values: { text: "a", label: "<b>" } }]));
});

describe("drop_duplicates(similarity:)", () => {
  const step = (streamed: boolean, share = 0.85) =>
    dropDuplicates.start(
      { kind: "cleaner", word: "drop_duplicates", arguments: { similarity: { share } } },
      { streamed, seed: 0 },
    );
  const long = "please send the parcel that came on monday back to the shop in the old town";
  for (const streamed of [false, true])
    it(`drops rows similar to an earlier row${streamed ? ", of streamed rows too" : ""}`, () => {
      const rows = [
        { text: long, label: "a" },
        { text: `${long}!`, label: "a" },
        { text: `${long} now`, label: "b" },
        { text: "something else that nobody has said before this", label: "a" },
        { text: "short", label: "a" },
        { text: "shorts", label: "a" },
      ];
      const clean = step(streamed);
      assert.deepEqual(
        rows.map((values, i) => {
          const out = clean({ row: i + 1, values });
          return "dropped" in out ? out.dropped : "kept";
        }),
        ["kept", "near duplicate", "near duplicate under another label", "kept", "kept", "kept"],
      );
    });
  it("finds the same near-duplicates however many rows lie between", () => {
    const clean = step(true);
    const texts = Array.from({ length: 3000 }, (_, i) => i + 1000).map(
      (i) => `${String(i * 7919)} ${String(i * 104729)} ${String(i * 1299709)} row`,
    );
    const all = [...texts, ...texts.slice(0, 50).map((text) => `${text}s`)];
    const dropped = all.filter((text, i) => "dropped" in clean({ row: i + 1, values: { text } }));
    assert.deepEqual(dropped, all.slice(3000));
  });
});

describe("drop_empty", () => {
  it("drops empty label sets if requested", () => {
    const rows = [
      { text: "a", labels: ["x"] },
      { text: "b", labels: [] },
    ];
    const dropped = (given: Call["arguments"]): readonly boolean[] => {
      const step = dropEmpty.start(call("cleaner", "drop_empty", given));
      return rows.map((values, i) => "dropped" in step({ row: i + 1, values }));
    };
    assert.deepEqual(dropped({}), [false, false]);
    assert.deepEqual(dropped({ labels: true }), [false, true]);
  });
  it("drops rows without text or label, with the reason", () => {
    const rows = [
      { text: "a", label: "x" },
      { text: " \n", label: "x" },
      { text: "b", label: null },
      { text: null, label: "x" },
    ];
    assert.deepEqual(run(dropEmpty, rows), [
      { values: rows[0] },
      { dropped: "empty text" },
      { dropped: "empty label" },
      { dropped: "empty text" },
    ]);
    assert.deepEqual(run(dropEmpty, [{ text: "no label asked for" }]), [{ values: { text: "no label asked for" } }]);
  });
});

describe("drop_duplicates", () => {
  it("keeps the first row, and counts contradictory labels separately", () => {
    const rows = [
      { text: "Good  phone", label: "x" },
      { text: "good phone ", label: "x" },
      { text: "ＧＯＯＤ phone", label: "y" },
      { text: "good phone!", label: "x" },
    ];
    assert.deepEqual(
      run(dropDuplicates, rows).map((r) => ("dropped" in r ? r.dropped : "kept")),
      ["kept", "duplicate", "duplicate under another label", "kept"],
    );
  });
  it("compares both texts of a pair", () => {
    const rows = [
      { text: "a b", text_pair: "c" },
      { text: "a", text_pair: "b c" },
      { text: "A B", text_pair: "C" },
    ];
    assert.deepEqual(
      run(dropDuplicates, rows).map((r) => "dropped" in r),
      [false, false, true],
    );
  });
  it("restarts for each data set", () => {
    assert.deepEqual(
      [run(dropDuplicates, [{ text: "a" }]), run(dropDuplicates, [{ text: "a" }])].flat().map((r) => "dropped" in r),
      [false, false],
    );
  });
});

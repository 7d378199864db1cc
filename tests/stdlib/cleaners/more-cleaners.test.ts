/** Cleaners of letters, lengths, patterns, languages and shares. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { dropEmpty } from "#stdlib/cleaners/drop_empty.js";
import { dropLong } from "#stdlib/cleaners/drop_long.js";
import { dropShort } from "#stdlib/cleaners/drop_short.js";
import { language } from "#stdlib/cleaners/language.run.js";
import { lowercase } from "#stdlib/cleaners/lowercase.js";
import { relabel } from "#stdlib/cleaners/relabel.js";
import { replace } from "#stdlib/cleaners/replace.run.js";
import { sample } from "#stdlib/cleaners/sample.run.js";
import { unicode } from "#stdlib/cleaners/unicode.js";
import { whitespace } from "#stdlib/cleaners/whitespace.js";
import { asciiDigits, asciiForms } from "#stdlib/text/digits.js";
import type { Value } from "#dsl/language/types/value.js";
import type { CleanerImplementation } from "#stdlib/data/contract.js";
import { call, codeOf } from "../../kernel/data/rows/plans.js";

type Values = Readonly<Record<string, unknown>>;
const step = (cleaner: CleanerImplementation, given: Readonly<Record<string, Value>> = {}, seed = 0) => {
  const one = cleaner.start(call("cleaner", "any", given), { streamed: false, seed });
  return (values: Values) => one({ row: 1, values });
};
const textOf = (cleaner: CleanerImplementation, text: string, given: Readonly<Record<string, Value>> = {}) => {
  const out = step(cleaner, given)({ text });
  assert.ok("values" in out);
  return out.values["text"];
};
const why = (out: ReturnType<ReturnType<typeof step>>) => ("dropped" in out ? out.dropped : "kept");
const messages = (...contents: string[]) =>
  JSON.stringify(contents.map((content, i) => ({ role: i % 2 ? "assistant" : "user", content })));

describe("relabel", () => {
  const given = { labels: { record: { Billing: "billing", "tech ": "tech", a: "b", b: "a" } } };
  const of = (values: Values) => {
    const out = step(relabel, given)(values);
    assert.ok("values" in out);
    return out.values;
  };
  it("renames exactly the listed labels, each once", () => {
    assert.deepEqual(of({ text: "Billing", label: "Billing" }), { text: "Billing", label: "billing" });
    assert.deepEqual(of({ label: "tech " }), { label: "tech" });
    assert.deepEqual([of({ label: "a" }), of({ label: "b" })], [{ label: "b" }, { label: "a" }]);
    assert.deepEqual(of({ tokens: ["a", "b"], tags: ["a", "O"] }), { tokens: ["a", "b"], tags: ["b", "O"] });
    const same = { text: "a", label: "tech", labels: ["constructor"] };
    assert.equal(of(same), same);
  });
  it("leaves no duplicate label in a label list", () =>
    assert.deepEqual(of({ labels: ["Billing", "billing", "tech"] }), { labels: ["billing", "tech"] }));
});

describe("cleaners without anything to change", () => {
  const words = { lowercase, whitespace, unicode, replace, language, dropShort };
  const given = { pattern: "x+", of: ["en"], limit: 1 };
  for (const [name, cleaner] of Object.entries(words))
    it(`return the row's values unchanged: ${name}`, () => {
      const values = { text: "nothing to do here, really nothing", label: "B  C", messages: messages("all fine") };
      const out = step(cleaner, given)(name === "unicode" ? { ...values, label: "B C" } : values);
      assert.ok("values" in out);
      if (name !== "unicode") assert.equal(out.values, values);
    });
});

describe("lowercase", () => {
  it("lowercases texts, tokens and messages, but not labels", () => {
    const out = step(lowercase)({ text: "ÀÉ B", tokens: ["A", "B"], label: "Spam", messages: messages("Hi A", "B") });
    assert.deepEqual(out, {
      values: { text: "àé b", tokens: ["a", "b"], label: "Spam", messages: messages("hi a", "b") },
    });
  });
  it("follows the case rules of the given locale (tr, az, lt)", () => {
    assert.equal(textOf(lowercase, "ISPARTA İL"), "isparta i\u0307l");
    for (const locale of ["tr", "az"]) assert.equal(textOf(lowercase, "ISPARTA İL", { locale }), "ısparta il");
    assert.equal(textOf(lowercase, "Ì", { locale: "lt" }), "i\u0307\u0300");
  });
});

describe("cleaning of other scripts", () => {
  it("drops vowel marks and tatweel only if requested", () => {
    const [arabic, hebrew] = ["مُحَمَّـــد آلُ أَحْمَد", "שָׁלוֹם עוֹלָם"];
    assert.equal(textOf(unicode, arabic), arabic.normalize("NFC"));
    assert.equal(textOf(unicode, arabic, { vowel_marks: "drop" }), "محمد آل أحمد");
    assert.equal(textOf(unicode, hebrew, { vowel_marks: "drop" }), "שלום עולם");
    assert.equal(textOf(unicode, "café ñ हिन्दी ไทย ـ ؟", { vowel_marks: "drop" }), "café ñ हिन्दी ไทย ؟");
  });
  it("converts digits to ASCII one by one if requested", () => {
    const text = "٠١٢٣٤٥٦٧٨٩ ۴۲ ४२ ๔๒ ４２ ½ Ⅳ";
    assert.equal(textOf(unicode, text), text);
    assert.equal(textOf(unicode, text, { digits: "ascii" }), "0123456789 42 42 42 42 ½ Ⅳ");
    const all = Array.from({ length: 0xd800 }, (_, code) => String.fromCharCode(code)).filter((c) => /\p{Nd}/u.test(c));
    for (const one of [...all, "\uff17"]) assert.match(asciiDigits(one), /^[0-9]$/, one.codePointAt(0)!.toString(16));
    assert.equal(asciiForms("Ａｎｎａ＠ｂ．ｏｒｇ，٣"), "Anna@b.org,3");
  });
  it("recognizes the white space of other scripts", () => {
    assert.equal(textOf(whitespace, "東京\u3000\u3000大阪\u2003"), "東京 大阪");
    const drops = (text: string) => "dropped" in step(dropEmpty)({ text });
    for (const text of ["\u3000", "\u200b\u200d", "\u3164", "\u2800 \ufeff"]) assert.ok(drops(text), text);
    for (const text of ["東", "।", "🙂", "0"]) assert.ok(!drops(text), text);
  });
});

describe("whitespace", () => {
  it("collapses runs into one space, or preserves line breaks", () => {
    assert.equal(textOf(whitespace, " a \t\u00a0b\r\n\r\n\r\nc "), "a b c");
    assert.equal(textOf(whitespace, " a \t\u00a0b\r\n\r\n\n\n c  d ", { lines: "keep" }), "a b\n\nc d");
  });
  it("is idempotent, and changes only white space", () =>
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab \n\t\u2028\u0085") }), fc.boolean(), (text, keep) => {
        const given = { lines: keep ? "keep" : "join" };
        const once = textOf(whitespace, text, given) as string;
        assert.equal(textOf(whitespace, once, given), once);
        const bare = (s: string) => s.replace(/[\s\u0085]/gu, "");
        assert.equal(bare(once), bare(text));
        if (!keep) assert.ok(!once.includes("\n"));
      }),
    ));
});

describe("unicode options", () => {
  it("repairs mojibake unless disabled, and folds compatibility forms if requested", () => {
    assert.equal(textOf(unicode, "Ã  la cafÃ© ½ ﬁ"), "Ã la café ½ ﬁ");
    assert.equal(textOf(unicode, "Ã\u00a0 la cafÃ©"), "à la café");
    assert.equal(textOf(unicode, "cafÃ©", { mojibake: false }), "cafÃ©");
    assert.equal(textOf(unicode, "ﬁ Ａ", { form: "nfkc" }), "fi A");
  });
  it("preserves line breaks in conversations", () => {
    const out = step(unicode)({ messages: messages("a\n\n  b cafÃ©") });
    assert.ok("values" in out);
    assert.equal(out.values["messages"], messages("a\n\n b café"));
  });
});

describe("drop_short and drop_long", () => {
  const texts = (cleaner: CleanerImplementation, given: Readonly<Record<string, Value>>, ...all: string[]) =>
    all.map((text) => why(step(cleaner, given)({ text })));
  it("count words", () => {
    assert.deepEqual(texts(dropShort, { limit: 3 }, "one two", "one two three", "a – b"), [
      "shorter than 3 words",
      "kept",
      "shorter than 3 words",
    ]);
    assert.deepEqual(texts(dropLong, { limit: 2 }, "one two", "one two three"), ["kept", "longer than 2 words"]);
    assert.deepEqual(texts(dropShort, { limit: 3 }, "我忘记了密码", "ฉันลืมรหัสผ่าน", "荷物"), [
      "kept",
      "kept",
      "shorter than 3 words",
    ]);
  });
  it("count characters, an emoji as one", () => {
    assert.deepEqual(texts(dropShort, { limit: 2, by: "characters" }, "👍", "ab"), [
      "shorter than 2 characters",
      "kept",
    ]);
    assert.deepEqual(texts(dropLong, { limit: 1, by: "characters" }, "👍", "ab"), ["kept", "longer than 1 character"]);
  });
  it("measure a pair or a conversation by its total length", () => {
    assert.equal(why(step(dropShort, { limit: 4 })({ text: "one two", text_pair: "three four" })), "kept");
    assert.equal(
      why(step(dropLong, { limit: 3 })({ messages: messages("one two", "three four") })),
      "longer than 3 words",
    );
  });
  it("keep texts within the limits, whatever they contain", () =>
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 12 }),
        fc.integer({ min: 1, max: 12 }),
        (words, limit) => {
          const text = words.join("  ");
          assert.equal(why(step(dropShort, { limit })({ text })) === "kept", words.length >= limit);
          assert.equal(why(step(dropLong, { limit })({ text })) === "kept", words.length <= limit);
        },
      ),
    ));
});

describe("replace", () => {
  it("replaces matches, with groups, in texts and conversations but not in labels", () => {
    const given = { pattern: "#(\\d+)", replacement: "<$1>" };
    const out = step(replace, given)({ text: "order #12 and #3", label: "#1", messages: messages("#7", "yes\n#8") });
    assert.deepEqual(out, {
      values: { text: "order <12> and <3>", label: "#1", messages: messages("<7>", "yes\n<8>") },
    });
    assert.equal(textOf(replace, "a1b22", { pattern: "\\d+" }), "ab");
  });
  it("takes linear time for a catastrophic pattern", () => {
    // A matcher that tries each alternative in turn would never end.
    const text = `${"a".repeat(50_000)}!`;
    assert.equal(textOf(replace, text, { pattern: "(a+)+b" }), text);
  });
  it("rejects an invalid pattern", async () => {
    assert.equal((await codeOf(() => step(replace, { pattern: "(" }))).code, "wrong-pattern");
  });
});

describe("language", () => {
  it("keeps the selected languages, and texts too short to detect", () => {
    const keep = step(language, { of: ["en", "de"] });
    assert.equal(why(keep({ text: "The parcel never arrived at our house." })), "kept");
    assert.equal(why(keep({ text: "Das Paket ist nie bei uns angekommen." })), "kept");
    assert.equal(why(keep({ text: "Le colis n’est jamais arrivé chez nous." })), "in French");
    const short = keep({ text: "ok" });
    assert.ok("values" in short && short.noted === "too short to detect their language");
  });
});

describe("sample", () => {
  const kept = (share: number, seed: number, rows: readonly Values[]) => {
    const one = step(sample, { share: { share } }, seed);
    return rows.filter((values) => why(one(values)) === "kept");
  };
  const rows = Array.from({ length: 4000 }, (_, i) => ({ text: `row number ${String(i)}` }));
  it("keeps its share on average, by seed", () => {
    const some = kept(0.1, 3, rows);
    assert.ok(Math.abs(some.length - 400) < 60, String(some.length));
    assert.deepEqual(kept(0.1, 3, rows), some);
    assert.notDeepEqual(kept(0.1, 4, rows), some);
  });
  it("keeps the same rows if others are added, rows move or the share grows", () =>
    fc.assert(
      fc.property(fc.nat(4000), fc.double({ min: 0.05, max: 0.9, noNaN: true }), fc.nat(50), (cut, share, seed) => {
        const all = new Set(kept(share, seed, rows));
        assert.deepEqual(
          kept(share, seed, rows.slice(cut)),
          rows.slice(cut).filter((row) => all.has(row)),
        );
        const more = new Set(kept(Math.min(1, share + 0.1), seed, rows));
        for (const row of all) assert.ok(more.has(row));
      }),
      { numRuns: 10 },
    ));
  it("draws by the row's id if present", () => {
    const twins = Array.from({ length: 200 }, (_, id) => ({ text: "the same", id }));
    const some = kept(0.5, 1, twins);
    assert.ok(some.length > 60 && some.length < 140);
    assert.ok(
      [0, 200].includes(
        kept(
          0.5,
          1,
          twins.map(({ text }) => ({ text })),
        ).length,
      ),
    );
  });
});

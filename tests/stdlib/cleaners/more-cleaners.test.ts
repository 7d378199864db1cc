/** Cleaners of letters, lengths, patterns, languages and shares. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { dropEmpty } from "#stdlib/cleaners/drop_empty.js";
import { dropLong } from "#stdlib/cleaners/drop_long.js";
import { dropShort } from "#stdlib/cleaners/drop_short.js";
import { language } from "#stdlib/cleaners/language.run.js";
import { lowercase } from "#stdlib/cleaners/lowercase.js";
import { relabel } from "#stdlib/cleaners/relabel.js";
import { replace } from "#stdlib/cleaners/replace.js";
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
  it("writes the labels that it names another way, each once, and nothing else", () => {
    assert.deepEqual(of({ text: "Billing", label: "Billing" }), { text: "Billing", label: "billing" });
    assert.deepEqual(of({ label: "tech " }), { label: "tech" });
    assert.deepEqual([of({ label: "a" }), of({ label: "b" })], [{ label: "b" }, { label: "a" }]);
    assert.deepEqual(of({ tokens: ["a", "b"], tags: ["a", "O"] }), { tokens: ["a", "b"], tags: ["b", "O"] });
    const same = { text: "a", label: "tech", labels: ["constructor"] };
    assert.equal(of(same), same);
  });
  it("leaves no label twice in a text's list", () =>
    assert.deepEqual(of({ labels: ["Billing", "billing", "tech"] }), { labels: ["billing", "tech"] }));
});

describe("cleaners hand on the same object", () => {
  const words = { lowercase, whitespace, unicode, replace, language, dropShort };
  const given = { pattern: "x+", of: ["en"], limit: 1 };
  for (const [name, cleaner] of Object.entries(words))
    it(`where nothing changes: ${name}`, () => {
      const values = { text: "nothing to do here, really nothing", label: "B  C", messages: messages("all fine") };
      const out = step(cleaner, given)(name === "unicode" ? { ...values, label: "B C" } : values);
      assert.ok("values" in out);
      if (name !== "unicode") assert.equal(out.values, values);
    });
});

describe("lowercase", () => {
  it("writes texts, tokens and what is said small, labels not", () => {
    const out = step(lowercase)({ text: "ÀÉ B", tokens: ["A", "B"], label: "Spam", messages: messages("Hi A", "B") });
    assert.deepEqual(out, {
      values: { text: "àé b", tokens: ["a", "b"], label: "Spam", messages: messages("hi a", "b") },
    });
  });
  it("as a language does whose small letters are others", () => {
    assert.equal(textOf(lowercase, "ISPARTA İL"), "isparta i\u0307l");
    for (const locale of ["tr", "az"]) assert.equal(textOf(lowercase, "ISPARTA İL", { locale }), "ısparta il");
    assert.equal(textOf(lowercase, "Ì", { locale: "lt" }), "i\u0307\u0300");
  });
});

describe("texts of other scripts", () => {
  it("lose vowel marks and stretched lines where that is asked for, and nothing else", () => {
    const [arabic, hebrew] = ["مُحَمَّـــد آلُ أَحْمَد", "שָׁלוֹם עוֹלָם"];
    assert.equal(textOf(unicode, arabic), arabic.normalize("NFC"));
    assert.equal(textOf(unicode, arabic, { vowel_marks: "drop" }), "محمد آل أحمد");
    assert.equal(textOf(unicode, hebrew, { vowel_marks: "drop" }), "שלום עולם");
    assert.equal(textOf(unicode, "café ñ हिन्दी ไทย ـ ؟", { vowel_marks: "drop" }), "café ñ हिन्दी ไทย ؟");
  });
  it("have the digits of ASCII where that is asked for, as many as there were", () => {
    const text = "٠١٢٣٤٥٦٧٨٩ ۴۲ ४२ ๔๒ ４２ ½ Ⅳ";
    assert.equal(textOf(unicode, text), text);
    assert.equal(textOf(unicode, text, { digits: "ascii" }), "0123456789 42 42 42 42 ½ Ⅳ");
    const all = Array.from({ length: 0xd800 }, (_, code) => String.fromCharCode(code)).filter((c) => /\p{Nd}/u.test(c));
    for (const one of [...all, "\uff17"]) assert.match(asciiDigits(one), /^[0-9]$/, one.codePointAt(0)!.toString(16));
    assert.equal(asciiForms("Ａｎｎａ＠ｂ．ｏｒｇ，٣"), "Anna@b.org,3");
  });
  it("have white space of their own", () => {
    assert.equal(textOf(whitespace, "東京\u3000\u3000大阪\u2003"), "東京 大阪");
    const drops = (text: string) => "dropped" in step(dropEmpty)({ text });
    for (const text of ["\u3000", "\u200b\u200d", "\u3164", "\u2800 \ufeff"]) assert.ok(drops(text), text);
    for (const text of ["東", "।", "🙂", "0"]) assert.ok(!drops(text), text);
  });
});

describe("whitespace", () => {
  it("makes runs one space, or keeps lines", () => {
    assert.equal(textOf(whitespace, " a \t\u00a0b\r\n\r\n\r\nc "), "a b c");
    assert.equal(textOf(whitespace, " a \t\u00a0b\r\n\r\n\n\n c  d ", { lines: "keep" }), "a b\n\nc d");
  });
  it("is done once, and changes white space alone", () =>
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

describe("unicode", () => {
  it("mends mojibake unless told not to, and folds compatibility forms when told to", () => {
    assert.equal(textOf(unicode, "Ã  la cafÃ© ½ ﬁ"), "Ã la café ½ ﬁ");
    assert.equal(textOf(unicode, "Ã\u00a0 la cafÃ©"), "à la café");
    assert.equal(textOf(unicode, "cafÃ©", { mojibake: false }), "cafÃ©");
    assert.equal(textOf(unicode, "ﬁ Ａ", { form: "nfkc" }), "fi A");
  });
  it("leaves the lines of conversations", () => {
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
  it("count a pair and a conversation as a whole", () => {
    assert.equal(why(step(dropShort, { limit: 4 })({ text: "one two", text_pair: "three four" })), "kept");
    assert.equal(
      why(step(dropLong, { limit: 3 })({ messages: messages("one two", "three four") })),
      "longer than 3 words",
    );
  });
  it("keep what lies between, whatever the text", () =>
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
  it("replaces what matches, groups too, in texts and conversations and not in labels", () => {
    const given = { pattern: "#(\\d+)", replacement: "<$1>" };
    const out = step(replace, given)({ text: "order #12 and #3", label: "#1", messages: messages("#7", "yes\n#8") });
    assert.deepEqual(out, {
      values: { text: "order <12> and <3>", label: "#1", messages: messages("<7>", "yes\n<8>") },
    });
    assert.equal(textOf(replace, "a1b22", { pattern: "\\d+" }), "ab");
  });
  it("takes time that follows the text, whatever the pattern", () => {
    // Where each way is tried for itself this never ends.
    const text = `${"a".repeat(50_000)}!`;
    assert.equal(textOf(replace, text, { pattern: "(a+)+b" }), text);
  });
  it("refuses a pattern that can't be used", async () => {
    assert.equal((await codeOf(() => step(replace, { pattern: "(" }))).code, "wrong-pattern");
  });
});

describe("language", () => {
  it("keeps the languages asked for, and what is too short to tell", () => {
    const keep = step(language, { of: ["en", "de"] });
    assert.equal(why(keep({ text: "The parcel never arrived at our house." })), "kept");
    assert.equal(why(keep({ text: "Das Paket ist nie bei uns angekommen." })), "kept");
    assert.equal(why(keep({ text: "Le colis n’est jamais arrivé chez nous." })), "in French");
    const short = keep({ text: "ok" });
    assert.ok("values" in short && short.noted === "too short to tell their language");
  });
});

describe("sample", () => {
  const kept = (share: number, seed: number, rows: readonly Values[]) => {
    const one = step(sample, { share: { share } }, seed);
    return rows.filter((values) => why(one(values)) === "kept");
  };
  const rows = Array.from({ length: 4000 }, (_, i) => ({ text: `row number ${String(i)}` }));
  it("meets its share on average, by the seed", () => {
    const some = kept(0.1, 3, rows);
    assert.ok(Math.abs(some.length - 400) < 60, String(some.length));
    assert.deepEqual(kept(0.1, 3, rows), some);
    assert.notDeepEqual(kept(0.1, 4, rows), some);
  });
  it("keeps a row when others come, when rows move, and when the share grows", () =>
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
  it("goes by the id where there is one", () => {
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

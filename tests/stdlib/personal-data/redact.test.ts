import assert from "node:assert/strict";
import fc from "fast-check";
import { anyText } from "#tests/any-text.js";
import { personalEntities } from "#stdlib/personal-data/finding.js";
import { findPersonalData } from "#stdlib/personal-data/find.js";
import { makeRedactor, type RedactionOptions } from "#stdlib/personal-data/redact.js";
import { redactionReplacements, type RedactionReplacement } from "#stdlib/personal-data/replacements.js";

const how = (replacement: RedactionReplacement, more: Partial<RedactionOptions> = {}): RedactionOptions => ({
  entities: personalEntities,
  replacement,
  ...more,
});
const redacted = (text: string, replacement: RedactionReplacement, more: Partial<RedactionOptions> = {}): string =>
  makeRedactor(how(replacement, more), () => text)(text).text;

const letter =
  "Dear Anna Smith, your card 4111 1111 1111 1111 was sent to anna.smith@gmail.com. Anna, call +49 30 901820.\nRegards,\nPeter Schmidt";
const pieces = fc.constantFrom(
  ...[
    "Anna Smith",
    "Dear ",
    "my name is peter",
    " said",
    "a@b.org",
    "@x.org",
    "b",
    "4111 1111 1111 1111",
    "4111",
    " ",
    "-",
    ".",
    ", ",
    "\n",
  ],
  ...[
    "DE89370400440532013000",
    "8.8.8.8",
    "ghp_",
    "A".repeat(36),
    "12 Baker Street",
    "+49 30 901820",
    "MRN 123456",
    "born 1.2.1980",
    "[NAME]",
    "é",
  ],
);

describe("redaction", () => {
  it("masks, removes and hashes", () => {
    assert.equal(
      redacted(letter, "mask"),
      "Dear [NAME], your card [CARD] was sent to [EMAIL]. [NAME], call [PHONE].\nRegards,\n[NAME]",
    );
    assert.equal(redacted("write to a@b.org, please", "remove"), "write to , please");
    const hashed = redacted("a@b.org and A@B.org", "hash", { key: "k" });
    assert.match(hashed, /^\[EMAIL:([a-p]{16})\] and \[EMAIL:\1\]$/);
    assert.notEqual(redacted("a@b.org and A@B.org", "hash", { key: "l" }), hashed);
  });
  it("gives one person one stable pseudonym, in the text's language", () => {
    const now = redacted(letter, "pseudonyms");
    const [, given, family, again] = /^Dear (\S+) (\S+), .*\. (\S+), call/.exec(now) ?? [];
    assert.ok(given && family && given === again && given !== "Anna" && family !== "Smith", now);
    assert.equal(redacted(letter, "pseudonyms"), now);
    assert.notEqual(redacted(letter, "pseudonyms", { seed: 7 }), now);
    assert.deepEqual(
      findPersonalData(now).filter(({ sure }) => sure),
      [],
    );
    assert.match(now, /@example\.org/);
    assert.match(
      redacted("Ich heiße Jürgen Krüger und wohne in der Hauptstraße 12, 10115 Berlin.", "pseudonyms"),
      /Musterstraße \d+/,
    );
  });
  it("leaves entities that were not requested", () =>
    assert.equal(
      makeRedactor({ entities: ["email"], replacement: "mask" }, () => letter)(letter).text,
      letter.replace("anna.smith@gmail.com", "[EMAIL]"),
    ));
  it("is idempotent", () =>
    fc.assert(
      fc.property(
        fc.oneof(
          anyText(),
          fc.array(pieces).map((all) => all.join("")),
        ),
        fc.constantFrom(...redactionReplacements),
        (text, replacement) => {
          const once = redacted(text, replacement, { key: "k" });
          if (replacement !== "pseudonyms") assert.equal(redacted(once, replacement, { key: "k" }), once);
        },
      ),
      { numRuns: 200 },
    ));
  it("removes every finding, and changes nothing else", () =>
    fc.assert(
      fc.property(
        fc.array(pieces).map((all) => all.join("")),
        (text) => {
          const { findings } = makeRedactor(how("mask"), () => text)(text);
          const kept = findings.reduceRight((all, { start, end }) => all.slice(0, start) + all.slice(end), text);
          const found = new Set(findings.map((one) => one.text));
          assert.equal(kept.length + findings.reduce((sum, { start, end }) => sum + end - start, 0), text.length);
          for (const one of findPersonalData(redacted(text, "mask"))) assert.ok(!found.has(one.text), one.text);
        },
      ),
    ));
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { anyText } from "#tests/any-text.js";
import { personalEntities, type PersonalEntity } from "#stdlib/personal-data/finding.js";
import { findPersonalData, entityPrecedence } from "#stdlib/personal-data/find.js";

const found = (text: string, ...wanted: PersonalEntity[]): readonly string[] =>
  findPersonalData(text, wanted.length > 0 ? wanted : personalEntities).map(({ entity, text }) => `${entity} ${text}`);

/** Fragments that detectors look for. Random texts made of them come closer to findings than random letters do. */
const pieces = fc.constantFrom(
  ...[
    "Anna",
    "Smith",
    "van der",
    "Dear ",
    "my name is ",
    "born ",
    "12.03.1985",
    "a@b.org",
    "@",
    "4111 1111 1111 1111",
    "1",
    " ",
    "-",
    ".",
  ],
  ...[
    "DE89370400440532013000",
    "192.168.1.1",
    "::",
    ":",
    "ghp_",
    "https://u:p@h.org",
    "Baker Street",
    "straße 12",
    "+49 30 1234567",
    "é",
    "😀",
    "\ud800",
    "\n",
  ],
  ...["MRN 123456", "(", ")", "key=", "A1b2C3d4E5f6", "Rue ", "00:1A:2B:3C:4D:5E", "\u0000", "ß", "İ", "'s", "’"],
);
const text = fc.oneof(
  anyText(),
  fc.string({ unit: "grapheme" }),
  fc.array(pieces).map((all) => all.join("")),
);

describe("personal-data findings", () => {
  it("match their slices of the text, in order and without overlap, for any text", () =>
    fc.assert(
      fc.property(text, (whole) => {
        let after = 0;
        for (const { entity, start, end, text } of findPersonalData(whole)) {
          assert.ok((personalEntities as readonly string[]).includes(entity));
          assert.ok(start >= after && end > start && end <= whole.length);
          assert.equal(whole.slice(start, end), text);
          after = end;
        }
      }),
      { numRuns: 500 },
    ));
  it("take linear time on adversarial texts", () => {
    const hostile = [
      "1 ",
      "1-",
      "1.",
      "(1",
      "a@",
      "Aa ",
      "A. ",
      "A van der ",
      "12 Aa ",
      "rue de la ",
      "Via Aa 1",
      "eyJa.eyJb.",
      "-----BEGIN PRIVATE KEY-----",
    ];
    const time = (size: number): number => {
      const before = process.cpuUsage();
      for (const one of hostile) findPersonalData(one.repeat(Math.ceil(size / one.length)));
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e3;
    };
    time(2000);
    const [small, large] = [time(10_000), time(80_000)];
    // The text is eight times as long; quadratic time would be sixty-four times as long.
    assert.ok(large < 24 * Math.max(small, 10), `${String(small)} ms, then ${String(large)} ms`);
  });
  it("never overlap: a secret takes precedence over findings inside it", () => {
    assert.deepEqual(found("see https://anna:geheim99@mail.example.org/x now"), [
      "url https://anna:geheim99@mail.example.org/x",
    ]);
    assert.deepEqual([...entityPrecedence].sort(), [...personalEntities].sort());
  });
  it("contain only the requested entities, and none hides them", () => {
    assert.deepEqual(found("write to https://anna:geheim99@example.org", "email"), ["email geheim99@example.org"]);
    assert.deepEqual(found("Anna Smith, a@b.org", "phone"), []);
  });
});

describe("personal-data detector", () => {
  const cases: readonly (readonly [PersonalEntity, found: readonly string[], not: readonly string[]])[] = [
    [
      "email",
      ["a.b+c@mail.example.org", "jörg@bücher.de", "o'neil@x.co.uk"],
      ["a@b", "@handle", "a@b.", "user@localhost", "x@1.2"],
    ],
    [
      "phone",
      [
        "+1 415 555 2671",
        "+49 (0)30 901820",
        "0044 20 7946 0018",
        "(415) 555-2671",
        "06 12 34 56 78",
        "030/1234567",
        "+48 22 831 0001",
      ],
      ["2020-2021", "12.05.2024", "1234567890", "4.5/5", "100-200-300", "10:30-12:30", "$1,234,567"],
    ],
    [
      "card",
      ["4111111111111111", "3782-822463-10005", "5555 5555 5555 4444", "6011000990139424"],
      ["4111111111111112", "1234567812345670", "0.4111111111111111"],
    ],
    [
      "iban",
      ["GB82WEST12345698765432", "FR14 2004 1010 0505 0001 3M02 606", "nl91 abna 0417 1643 00"],
      ["GB82WEST12345698765433", "XX82WEST12345698765432"],
    ],
    [
      "ip",
      ["8.8.8.8", "2001:db8::8a2e:370:7334", "fe80::1ff:fe23:4567:890a"],
      ["1.2.3", "256.1.1.1", "127.0.0.1", "version 1.2.3.4", "12:30:45", "a::b", "::1"],
    ],
    [
      "mac",
      ["00:1a:2b:3c:4d:5e", "00-1A-2B-3C-4D-5E", "001a.2b3c.4d5e"],
      ["00:00:00:00:00:00", "00:1a:2b:3c:4d", "12:34:56"],
    ],
    [
      "url",
      ["https://u:p4ss@h.org/x", "https://x.org/?access_token=abcdef12"],
      ["https://x.org/?page=2", "mailto:a@b.org", "://"],
    ],
  ];
  for (const [entity, these, others] of cases)
    it(`finds ${entity}, but no lookalikes`, () => {
      for (const one of these) assert.deepEqual(found(`so ${one}, then`, entity), [`${entity} ${one}`]);
      for (const one of others) assert.deepEqual(found(`so ${one}, then`, entity), []);
    });
});

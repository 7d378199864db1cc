import assert from "node:assert/strict";
import { nationalIdDetector, nationalIds } from "#stdlib/personal-data/national-id.js";

/** Published examples in each country's notation, each after the words that it needs. */
const examples: Readonly<Record<string, readonly string[]>> = {
  "DNI, NIE": ["12345678Z", "X1234567L"],
  "codice fiscale": ["RSSMRA85T10A562S"],
  NIR: ["1 85 05 78 006 084 91"],
  "Steuer-ID": ["86 095 742 719", "Steuer-ID 86095742719"],
  BSN: ["BSN 111222333"],
  rijksregisternummer: ["85.07.30-033.28"],
  PESEL: ["PESEL 44051401359"],
  personnummer: ["811218-9876", "19811218-9876"],
  henkilötunnus: ["131052-308T"],
  fødselsnummer: ["fødselsnummer 15108695088"],
  CPR: ["CPR 211062-5629"],
  NIF: ["NIF 123456789"],
  AHV: ["756.9217.0769.85"],
  CNP: ["CNP 1800101221144"],
  "rodné číslo": ["736028/5163"],
  PPS: ["PPS number 1234567T"],
  "National Insurance number": ["AB 12 34 56 C"],
  "NHS number": ["NHS number 943 476 5919"],
  "social security number": ["536-22-1234", "SSN 536221234"],
  SIN: ["SIN 123-456-782"],
  TFN: ["TFN 123 456 782"],
  CPF: ["529.982.247-25"],
  "resident identity number": ["11010519491231002X"],
  Aadhaar: ["Aadhaar 2341 2341 2346"],
  "identity number": ["ID 8001015009087"],
  "resident registration number": ["971013-9019902"],
  "kimlik no": ["T.C. kimlik no 10000000146"],
  NRIC: ["S1234567D"],
  CURP: ["HEGG560427MVZRRL04"],
  "teudat zehut": ["teudat zehut 123456782"],
};

describe("national id numbers", () => {
  it("all have an example", () =>
    assert.deepEqual(
      Object.keys(examples),
      nationalIds.map(({ name }) => name),
    ));
  for (const [name, written] of Object.entries(examples))
    for (const one of written)
      it(`are found: ${one} (${name})`, () => {
        const [span, more] = nationalIdDetector(`it is ${one}.`);
        assert.ok(span && !more);
        const text = `it is ${one}.`.slice(span.start, span.end);
        assert.ok(one.endsWith(text) && text.length >= 8, text);
        const { check, needs, plain, checksum } = nationalIds.find((id) => id.name === name) ?? {};
        assert.equal(span.sure ?? false, check !== undefined && checksum !== false);
        // A wrong last digit fails the checksum. Without its words, a bare number is no finding.
        if (check && !["CPR", "social security number"].includes(name)) {
          const wrong = text.replace(/.$/, (last) =>
            /\d/.test(last) ? String((Number(last) + 1) % 10) : last === "A" ? "B" : "A",
          );
          assert.deepEqual(nationalIdDetector(`it is ${one.replace(text, wrong)}.`), []);
        }
        if (needs && !plain?.test(text)) assert.deepEqual(nationalIdDetector(`it was ${text}.`), []);
      });
  it("are not found inside longer numbers and words", () => {
    for (const text of [
      "112345678Z",
      "12345678Zx",
      "1.811218-9876",
      "x_AB123456C",
      "536-22-12345",
      "2024-05-12",
      "811218-9876-1",
    ])
      assert.deepEqual(nationalIdDetector(`it is ${text}`), [], text);
  });
});

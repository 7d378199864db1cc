/** Mojibake: broken texts are repaired, and no clean text is changed. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { fixMojibake } from "#stdlib/text/mojibake.js";
import { sentences } from "../../fixtures/languages/sentences.js";

const windows = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const asLatin = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
const asWindows = (text: string): string =>
  asLatin(text).replace(/[\u0080-\u009f]/g, (c) => windows[c.charCodeAt(0) - 0x80]!);
const texts = Object.values(sentences).flat();

describe("mojibake repair", () => {
  it("leaves every clean text in 26 languages unchanged", () => {
    assert.ok(texts.length >= 260);
    assert.deepEqual(
      texts.filter((text) => fixMojibake(text) !== text),
      [],
    );
  });
  it("leaves clean texts with valid UTF-8 sequences unchanged", () => {
    const clean = [
      ...["OLÉ…", "CAFÉ™", "« été »", "IRMû", "“MANHÔ", "Å…nej", "Ä…hm", "Úžas", "MANHÃ³", "É—ele disse", "«Â»"],
      ...[
        "25 °C",
        "x² + y³ ≤ ½",
        "prix négocié €",
        "é »…",
        "voilà…”",
        "São Paulo © 2024",
        "Smørrebrød™",
        "PÂQUES",
        "Straße»",
      ],
      ...["CLÉ° 5", "É€5", "Ç§", "Ã", "Ð ð Þ þ", "TÊTE—À—TÊTE", "Český ŠÉŽ", "€‚ƒ", "DÉJÀ “VU”"],
    ];
    assert.deepEqual(
      clean.filter((text) => fixMojibake(text) !== text),
      [],
    );
  });
  for (const [how, broken] of [
    ["windows-1252", asWindows],
    ["latin-1", asLatin],
    ["windows-1252, twice", (text: string) => asWindows(asWindows(text))],
    ["latin-1, twice", (text: string) => asLatin(asLatin(text))],
  ] as const)
    it(`repairs text decoded as ${how}`, () => {
      const wrong = texts.filter((text) => fixMojibake(broken(text)) !== text);
      assert.deepEqual(wrong, []);
    });
  it("repairs a broken part next to clean ASCII, unless another letter contradicts it", () => {
    assert.equal(fixMojibake("Price: 5 â‚¬ (cafÃ©)"), "Price: 5 € (café)");
    assert.equal(fixMojibake("cafÃ© and OLÉ…, said Zoë"), "café and OLÉ…, said Zoë");
  });
  it("is idempotent for any text", () =>
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."aÃÂâ€™©é¡…\u0080 Ð¸ðŸ˜€") }), (text) => {
        // A text that was broken more than three times is repaired only in part.
        let once = text;
        for (let i = 0; i < 4; i++) once = fixMojibake(once);
        assert.equal(fixMojibake(once), once);
        assert.ok(once.length <= text.length);
      }),
    ));
});

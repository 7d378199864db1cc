import { defineWord } from "#dsl/language/types/define.js";
import { personalEntities } from "../personal-data/finding.js";
import { redactionReplacements } from "../personal-data/replacements.js";
import { patternProblem } from "../text/patterns/linear.js";

export const word = defineWord({
  kind: "cleaner",
  name: "redact",
  doc: "Replaces personal data in the texts of a row: of the given kinds, or of all kinds by default. Names are found by lists and by the words near them; numbers by their checksums. No method finds everything: look at the result before you share the data.",
  example: "clean: redact(name, email, phone, replacement: pseudonyms)",
  elsewhere: {
    anonymize: "redact",
    anonymise: "redact",
    pii: "redact",
    presidio: "redact",
    scrub: "redact",
    mask_pii: "redact",
    operator: "replacement",
    regex: "pattern",
    patterns: "pattern",
    salt: "key",
    allow_list: "except",
    allowlist: "except",
    exclude: "except",
  },
  advice: {
    entities: "name them without a key: `redact(email, name)`",
    language: "remove it: names and streets are found in English, German, French, Spanish, Italian and Dutch at once",
    threshold: "remove it: findings are reported, and a finding is allowed by a reason",
  },
  capabilities: { changesTexts: true },
  parameters: [
    {
      name: "entity",
      type: {
        is: "choice",
        of: personalEntities,
        elsewhere: {
          person: "name",
          names: "name",
          emails: "email",
          phones: "phone",
          telephone: "phone",
          birthday: "date_of_birth",
          dob: "date_of_birth",
          credit_card: "card",
          ssn: "national_id",
          ip_address: "ip",
          mrn: "record",
          secret: "key",
          token: "key",
          api_key: "key",
          location: "address",
          street: "address",
        },
      },
      means: {
        email: "addresses of electronic mail",
        phone: "telephone numbers, by the plans of their countries",
        name: "names of people",
        address: "a street with its number, and the town after it",
        date_of_birth: "dates of which words say that someone was born then",
        card: "payment cards (issuer, Luhn)",
        iban: "international account numbers (length, mod 97)",
        national_id: "identity numbers of 28 countries, by their checksums",
        ip: "addresses of the internet protocol",
        mac: "addresses of network hardware",
        url: "links with a password or a token in them",
        key: "API keys, tokens, private keys",
        record: "medical and insurance records, by the words before them",
      },
      doc: "The kinds of personal data to look for. Without it, and without `pattern`, all of them.",
      positional: "rest",
      why: "A model can repeat what it has read, but nothing that it never read.",
      impact: "high",
      related: ["pattern"],
    },
    {
      name: "pattern",
      type: { is: "list", of: { is: "string" } },
      doc: 'Additional patterns (RE2: no look-around): `"T-\\\\d{6}"`.',
      why: "Numbers of customers and cases have shapes that only their house knows.",
      impact: "medium",
    },
    {
      name: "except",
      type: { is: "list", of: { is: "string" } },
      doc: 'Texts to leave unchanged in any case: `["Mac", "Chevy"]`. Case is ignored. `npx tunebook redact FILE --list` shows each text that is replaced, and how often.',
      why: "Products and firms have names of people.",
      impact: "medium",
    },
    {
      name: "replacement",
      type: { is: "choice", of: redactionReplacements },
      means: {
        mask: "its sort in brackets: `[EMAIL]`",
        remove: "nothing",
        hash: "a keyed hash, the same for the same finding in all rows",
        pseudonyms: "another name or number, the same all through a row",
      },
      doc: "The replacement. Pseudonyms keep texts natural, for models that generate text; hashes keep equal values equal.",
      default: { value: "mask" },
      why: "A mask shows the kind of detail, and links no rows.",
      impact: "medium",
    },
    {
      name: "key",
      type: { is: "word", kind: "secret" },
      env: "REDACTION_KEY",
      doc: "The key of `hash`, by the name of an environment variable. It is in no plan and no hash of one.",
      why: "Without a key anyone could hash all telephone numbers and look them up.",
      impact: "high",
    },
    {
      name: "seed",
      type: { is: "number", integer: true },
      doc: "Seed of the pseudonyms: together with the row's own text it determines them, at any position of the row.",
      range: { min: 0 },
      default: { value: 42 },
      why: "A fixed seed gives the same data every time.",
      impact: "low",
    },
  ],
  check(call, context) {
    const { replacement, key, pattern = [] } = call.arguments;
    if (replacement === "hash" && key === undefined) context.report("key-missing", {}, "replacement");
    if (replacement !== "hash" && key !== undefined) context.report("key-unused", { replacement }, "key");
    for (const one of pattern) {
      const why = patternProblem(one);
      if (why !== undefined) context.report("wrong-pattern", { pattern: one, why }, "pattern");
    }
  },
  load: async () => (await import("./redact.run.js")).redact,
});

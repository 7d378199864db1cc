import { defineWord } from "#dsl/language/types/define.js";
import { personalEntities } from "../personal-data/finding.js";
import { redactionReplacements } from "../personal-data/replacements.js";
import { patternProblem } from "../text/patterns/linear.js";

export const word = defineWord({
  kind: "cleaner",
  name: "redact",
  doc: "Replaces personal data in the texts of a row: of the sorts that are named, of all sorts where none is. Names are found by lists and by the words around them; numbers by their checksums. Nothing finds all: look at what is left before you give data away.",
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
    language:
      "leave it out: names and streets are found in English, German, French, Spanish, Italian and Dutch at once",
    threshold: "leave it out: what is found is told, and a line that is meant is allowed by a reason",
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
      doc: "What is looked for. Without it, and without `pattern`, all of them.",
      positional: "rest",
      why: "What a model has read it may say; what it never read it can't.",
      impact: "high",
      related: ["pattern"],
    },
    {
      name: "pattern",
      type: { is: "list", of: { is: "string" } },
      doc: 'Expressions of one\'s own (RE2: no look-around), found beside the sorts that are named: `"T-\\\\d{6}"`.',
      why: "Numbers of customers and cases have shapes that only their house knows.",
      impact: "medium",
    },
    {
      name: "except",
      type: { is: "list", of: { is: "string" } },
      doc: 'Texts that stay as they are, whatever they look like: `["Mac", "Chevy"]`. Case doesn\'t count. `npx tunebook redact FILE --list` shows each text that is replaced, and how often.',
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
      doc: "What stands in its place. Pseudonyms keep texts natural, for models that write; hashes keep equal values equal.",
      default: { value: "mask" },
      why: "A mask shows what kind of detail was there, and links no rows.",
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
      doc: "Which pseudonyms are drawn: with the row's own text it fixes them, wherever the row stands.",
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

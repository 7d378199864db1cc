import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "redact",
  doc: "Replaces personal data such as names, addresses and numbers.",
  example: "clean: redact(email, phone)",
  since: "0.1.0",
  planned: { meanwhile: "replace them in a TypeScript cell and give the table as `$rows`" },
  parameters: [],
});

import { defineWord } from "#dsl/language/types/define.js";
import { checkSchemaFile, schemaParameter } from "../json-schemas/parameter.js";

export const word = defineWord({
  kind: "metric",
  name: "json_validity",
  doc: "Share of rows whose text is JSON from its first sign to its last, and as a schema wants it where one is named. What stands around it (```` ``` ````, a sentence) makes it none: a program that reads it would fail there too.",
  example: 'metrics: [json_validity("order.json"), field_f1]',
  elsewhere: {
    json_valid: "json_validity",
    valid_json: "json_validity",
    is_json: "json_validity",
    json_schema: "schema",
  },
  capabilities: { better: "greater", perfect: 1, share: true, outcomes: ["written"] },
  parameters: [
    schemaParameter(
      "A file with a JSON Schema (draft 2020-12, or the draft that its `$schema` names), relative to the notebook's folder; without it any JSON will do.",
      "That it can be read says nothing of whether the fields are there that somebody waits for.",
    ),
  ],
  check: checkSchemaFile,
  load: async () => (await import("./json_validity.run.js")).jsonValidity,
});

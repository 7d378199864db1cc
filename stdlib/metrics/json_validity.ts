import { defineWord } from "#dsl/language/types/define.js";
import { checkSchemaFile, schemaParameter } from "../json-schemas/parameter.js";

export const word = defineWord({
  kind: "metric",
  name: "json_validity",
  doc: "Share of rows whose generated text is JSON from its first to its last character, and valid for a schema if one is given. Text around it (```` ``` ````, a sentence) makes it invalid: a program that parses it would fail too.",
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
      "Valid JSON does not imply that the expected fields are present.",
    ),
  ],
  check: checkSchemaFile,
  load: async () => (await import("./json_validity.run.js")).jsonValidity,
});

import { defineWord } from "#dsl/language/types/define.js";
import { checkSchemaFile, schemaParameter } from "../json-schemas/parameter.js";

export const word = defineWord({
  kind: "metric",
  name: "field_f1",
  doc: "F1 of the fields of JSON, for extraction: a field counts as found when it stands in what was written at the same place and with the same value as in the target; over all fields of all rows (micro), 0 to 1. Items of a list may come in any order, blanks at the ends of texts don't count, and null is as good as no field. What is no JSON has no field.",
  example: "metrics: [json_validity, field_f1]",
  elsewhere: { json_f1: "field_f1", slot_f1: "field_f1", key_value_f1: "field_f1", json_schema: "schema" },
  capabilities: { better: "greater", perfect: 1, outcomes: ["written"] },
  parameters: [
    schemaParameter(
      "A file with a JSON Schema: what is not as it wants it has no field, as for a program that refuses it. Without it every field counts.",
      "Fields that are right in an answer that is refused help nobody.",
    ),
  ],
  check: checkSchemaFile,
  load: async () => (await import("./field_f1.run.js")).fieldF1,
});

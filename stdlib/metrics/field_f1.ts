import { defineWord } from "#dsl/language/types/define.js";
import { checkSchemaFile, schemaParameter } from "../json-schemas/parameter.js";

export const word = defineWord({
  kind: "metric",
  name: "field_f1",
  doc: "F1 of the fields of JSON, for extraction: a field counts as found if the generated text has it at the same place and with the same value as the target; over all fields of all rows (micro), 0 to 1. Items of a list may have any order, white space at the ends of texts is ignored, and null counts as no field. Text that is not JSON has no fields.",
  example: "metrics: [json_validity, field_f1]",
  elsewhere: { json_f1: "field_f1", slot_f1: "field_f1", key_value_f1: "field_f1", json_schema: "schema" },
  capabilities: { better: "greater", perfect: 1, outcomes: ["written"] },
  parameters: [
    schemaParameter(
      "A file with a JSON Schema: text that is invalid has no fields, as for a program that rejects it. By default every field counts.",
      "Correct fields in a rejected answer are useless.",
    ),
  ],
  check: checkSchemaFile,
  load: async () => (await import("./field_f1.run.js")).fieldF1,
});

/** Codes of what is made smaller, while it is made. */
import { registerCodes } from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "unlabelled-held-out": {
      readonly data: string;
      readonly rows: number;
      /** `tickets.test`. */
      readonly on: string;
      readonly of: number;
    };
  }
}

registerCodes({
  "unlabelled-held-out": {
    severity: "warning",
    message: (d) =>
      `${String(d.rows)} of ${String(d.of)} rows of ${d.on}, which score the model, stand among the rows of ${d.data}, which it learns without their labels`,
    help: (d) => `take them out of ${d.data}, or read scores on ${d.on} as those of rows that were learnt`,
    explain:
      "What a larger model says of a row is learnt by the student before it is asked about that row: it comes nearer to its teacher there than on new rows. Compared is what is read of a row, after cleaning.",
    allowable: false,
  },
});

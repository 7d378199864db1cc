/** Codes of what the data of several clients say of each other. */
import { registerCodes } from "../diagnostics/codes.js";

declare module "../diagnostics/codes.js" {
  interface CodeData {
    "federate-labels-alike": {
      readonly data: string;
      /** `of`: the data that writes the other. */
      readonly alike: readonly { readonly label: string; readonly other: string; readonly of: string }[];
    };
  }
}

const MOST = 5;
const clipped = (label: string): string =>
  JSON.stringify(label.length > 60 ? `${label.slice(0, 40)}…${label.slice(-19)}` : label);

registerCodes({
  "federate-labels-alike": {
    severity: "warning",
    facts: true,
    message: (d) => {
      const some = d.alike
        .slice(0, MOST)
        .map(({ label, other, of }) => `${clipped(label)} where \`${of}\` writes ${clipped(other)}`);
      const more = d.alike.length - some.length;
      return `\`${d.data}\` writes ${some.join("; ")}${more > 0 ? `; and ${String(more)} more` : ""}: the head of all clients has both, as different labels`;
    },
    help: (d) => {
      const some = d.alike
        .slice(0, MOST)
        .map(({ label, other }) => `${JSON.stringify(label)}: ${JSON.stringify(other)}`);
      const all = d.alike.length > MOST ? [...some, "…"] : some;
      return `write them alike: \`clean: [relabel({ ${all.join(", ")} })]\` in \`${d.data}\`; if they are meant to differ, allow it`;
    },
    explain:
      "The head has the labels of all clients, told apart letter by letter. What differs in capitals, blanks or forms of letters alone is mostly one label that two sites write in their own way: as two, each client is taught that the other's is wrong, and what is put together can only guess between them.",
  },
});

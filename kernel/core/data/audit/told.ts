/** Rows in whose text the words of a label stand. */
import type { LabelsTold } from "#dsl/types/audit-facts.js";
import { rowName } from "../row-names.js";
import { lettersOf } from "#stdlib/lib/near/letters.js";
import { readIn, shown, type Observer } from "./rows.js";

/** Words shorter than this stand in texts by chance. */
const FEWEST_CHARACTERS = 4;

export function told(labels: readonly string[]): Observer<LabelsTold | null> {
  const words = labels.map((label) => [label, lettersOf(label)] as const);
  const named = words.filter(([, word]) => word.length >= FEWEST_CHARACTERS && /\p{L}/u.test(word));
  if (named.length < 2) return { look: () => undefined, found: () => null };
  const forms = new Map(named.map(([label, word]) => [label, ` ${word} `]));
  const everyForm = [...forms.values()];
  let [found, own, of] = [0, 0, 0];
  let example: LabelsTold["example"] = null;
  return {
    look(row) {
      const { label } = row.values;
      if (typeof label !== "string") return;
      of++;
      const text = ` ${lettersOf(readIn(row.values))} `;
      const mine = forms.get(label);
      const tells = mine !== undefined && text.includes(mine);
      if (tells) {
        own++;
        example ??= { row: rowName(row), label, text: shown(row) };
      }
      if (tells || everyForm.some((form) => text.includes(form))) found++;
    },
    found: () => (of === 0 ? null : { rows: found, own, of, example }),
  };
}

import { defineWord } from "#dsl/language/types/define.js";
import type { CleanerImplementation } from "../data/contract.js";
import { mapRowTexts } from "../data/text-roles.js";

export const word = defineWord({
  kind: "cleaner",
  name: "relabel",
  doc: "Renames labels: of one label, of several, and the tags of tokens, each as written in the rows. Two labels may become one. Labels that are not named do not change, nor do texts.",
  example: 'clean: [unicode, relabel({ Billing: billing, "e-mail": email })]',
  elsewhere: {
    rename_labels: "relabel",
    map_labels: "relabel",
    label_map: "relabel",
    merge_labels: "relabel",
    id2label: "relabel",
    align_labels_with_mapping: "relabel",
  },
  parameters: [
    {
      name: "labels",
      type: { is: "record", of: { is: "text" } },
      doc: "The new label of each label.",
      positional: true,
      required: true,
      why: "A label that is written two ways is two labels, between which a model can only guess.",
      impact: "high",
    },
  ],
  load: () => Promise.resolve(relabel),
});

const roles: ReadonlySet<string> = new Set(["label", "labels", "tags"]);

export const relabel: CleanerImplementation = {
  start: ({ arguments: given }) => {
    const { record } = given["labels"] as { readonly record: Readonly<Record<string, string>> };
    const names = new Map(Object.entries(record));
    return ({ values }) => {
      const renamed = mapRowTexts(
        values,
        (label) => names.get(label) ?? label,
        (role) => roles.has(role),
      );
      const { labels } = renamed;
      // Two labels of a text may have become the same one.
      return {
        values: Array.isArray(labels) && renamed !== values ? { ...renamed, labels: [...new Set(labels)] } : renamed,
      };
    };
  },
};

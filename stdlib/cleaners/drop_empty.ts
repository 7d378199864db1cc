import { defineWord } from "#dsl/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "drop_empty",
  doc: "Drops rows without text or without a label; white space and characters that show nothing count as nothing.",
  example: "clean: [drop_empty]",
  elsewhere: { dropna: "drop_empty", drop_na: "drop_empty", remove_empty: "drop_empty" },
  parameters: [
    {
      name: "labels",
      type: { is: "boolean" },
      doc: "Whether rows with an empty set of labels (the role `labels`) are dropped, too.",
      default: { value: false },
      why: "An empty set may mean that no label is right, which is worth learning.",
      impact: "medium",
    },
  ],
  load: async () => (await import("./drop_empty.run.js")).dropEmpty,
});

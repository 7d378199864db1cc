import { defineWord } from "#dsl/language/types/define.js";
import { encodingParameter, streamParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "folder",
  doc: "Text files in folders that are their labels: `data/pos/1.txt` has the label `pos`. If the folders above are splits (`data/train/pos/1.txt`: train, validation, test, dev …), they are the column `split`, for `split: by_column(split)`. Gives the columns `text`, `label`, `file`, and `split` if there are splits. Blank files and names that start with a dot are skipped.",
  example: 'source: folder("data/reviews")',
  elsewhere: { imagefolder: "folder", load_files: "folder", data_dir: "path", directory: "path", filename: "path" },
  parameters: [
    {
      name: "path",
      type: { is: "string" },
      suggests: { from: "files", endings: [] },
      doc: "The folder; a relative path starts from the notebook's folder.",
      positional: true,
      required: true,
      why: "A notebook and its data move together.",
      impact: "high",
    },
    encodingParameter,
    streamParameter,
  ],
  load: async () => (await import("./folder.run.js")).folder,
});

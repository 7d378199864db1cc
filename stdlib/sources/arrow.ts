import { defineWord } from "#dsl/language/types/define.js";
import { sourceWordAdvice } from "../foreign-names/files.js";
import { filesParameter, downloadParameters, streamParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "source",
  name: "arrow",
  doc: "Rows of Arrow IPC files (Feather 2) and streams, such as the files of a Hugging Face data set on disk (`data-*.arrow`); batch by batch. Values are the same as those of `parquet`.",
  example: 'source: arrow("dataset/train/data-*.arrow")',
  elsewhere: {
    feather: "arrow",
    ipc: "arrow",
    read_feather: "arrow",
    load_from_disk: "arrow",
    filename: "path",
    file: "path",
  },
  advice: {
    ...sourceWordAdvice.advice,
    columns: "name the columns that are read in the data's `columns`",
  },
  parameters: [filesParameter([".arrow", ".feather", ".ipc"]), ...downloadParameters, streamParameter],
  load: async () => (await import("./arrow.run.js")).arrow,
});

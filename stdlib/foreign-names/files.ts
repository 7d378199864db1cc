/** Advice for names that other tools use for several files, folders and hub data sets. */
import { foreignNameAdvice } from "./advice.js";

export const severalFilesAdvice =
  'a source takes one path: a pattern names several files, as in `csv("part-*.csv")` or `csv("{a,b}.csv")`; other kinds of sources are combined by `mix(csv("a.csv"), jsonl("b.jsonl"), until: longest)`';
export const splitFilesAdvice = `${severalFilesAdvice}; files of different splits are \`{ train: csv("…"), test: csv("…") }\``;

/** Advice for words used as a source. */
export const sourceWordAdvice = foreignNameAdvice([
  ["glob concat concatenate", severalFilesAdvice],
  ["xlsx excel read_excel", "save the sheet as CSV, or read it in a TypeScript cell and use `$rows`"],
]);
/** Advice for keys of `data`. */
export const fileKeyAdvice = foreignNameAdvice([
  ["dataset_train_split dataset_test_split", 'write `source: { train: csv("…"), test: csv("…") }`, or a `split`'],
  ["dataset_streaming streaming", 'it belongs to the file: `source: csv("…", stream: true)`'],
  [
    "files data_files train_files data_dir data_path train_file dataset_path",
    'write `source: csv("…")`, or `{ train: csv("…"), test: csv("…") }`',
  ],
  ["dataset_name hub_dataset dataset_config dataset_config_name", 'write `source: hub("owner/name", config: "…")`'],
]);

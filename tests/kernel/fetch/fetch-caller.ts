/** A process that fetches one file, for tests with several such processes: URL, target, sha256. */
import { fetchFile } from "#kernel/fetch/file.js";

const [url, target, sha256] = process.argv.slice(2) as [string, string, string];
try {
  await fetchFile(url, target, { sha256, attempts: 1 });
  console.log("fetched");
} catch (e) {
  console.log((e as { code?: string }).code);
}

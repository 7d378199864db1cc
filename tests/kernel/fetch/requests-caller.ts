/**
 * A process that makes requests one after another and prints each result: JSON in its argument, JSON lines as output.
 */
import { fetchFile } from "#kernel/fetch/file.js";

export interface Asked {
  readonly url: string;
  readonly target: string;
  readonly sha256?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

for (const { url, target, ...options } of JSON.parse(process.argv[2] ?? "[]") as readonly Asked[])
  try {
    await fetchFile(url, target, { ...options, attempts: 1 });
    console.log(JSON.stringify({ code: null }));
  } catch (error) {
    const { code, data, message } = error as { code?: string; data?: unknown; message: string };
    console.log(JSON.stringify({ code, data, message }));
  }

/**
 * `npm run extremes`: texts that nobody writes, whole. Seconds of the processor that all answers about each take, and status 1
 * where it is more than its patience, on a machine that does nothing else. The same in small are tests.
 */
import { answer, maniesOf, tell, textsOf, whole } from "./extreme-texts.js";

const patience = { answers: 6, told: 3 };
const texts = Object.entries(textsOf(whole)).map(([name, extreme]) => ({
  name,
  limit: patience.answers,
  work: () => answer(extreme),
}));
const manies = maniesOf(whole).map(([name, text, code]) => ({
  name: `20,000 ${name}`,
  limit: patience.told,
  work: () => tell(name, text, code),
}));
let late = 0;
for (const { name, limit, work } of [...texts, ...manies]) {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  const seconds = (user + system) / 1e6;
  if (seconds > limit) late++;
  console.log(`${seconds.toFixed(2).padStart(6)} s  ${seconds > limit ? `(above ${limit} s) ` : ""}${name}`);
}
process.exitCode = late === 0 ? 0 : 1;

/** Packages that notebooks import, each with an expression over `m`, the module namespace, that must be typed. */
export interface TypeCase {
  readonly specifier: string;
  /** Expression that must not be `any`, in a cell with `import * as m` of the specifier. */
  readonly of: string;
}
/** Packages to install for the cases. arquero is missing because Tunebook already depends on it. */
export const installed: readonly string[] = (
  "lodash @types/lodash lodash-es @types/lodash-es d3 @types/d3 d3-array @types/d3-array d3-scale @types/d3-scale " +
  "d3-shape @types/d3-shape d3-dsv @types/d3-dsv express @types/express zod yaml date-fns nodejs-polars axios rxjs ramda " +
  "@types/ramda immutable uuid chalk commander papaparse @types/papaparse mathjs simple-statistics @tensorflow/tfjs-core " +
  "plotly.js-dist-min @types/plotly.js-dist-min @duckdb/node-api apache-arrow dayjs luxon @types/luxon moment nanoid " +
  "p-limit p-queue got ky cheerio jsdom @types/jsdom ws @types/ws pg @types/pg redis kysely fastify koa @types/koa hono ajv " +
  "io-ts fp-ts effect valibot superjson immer nanostores eventemitter3 csv-parse csv-stringify ml-matrix " +
  "openai @anthropic-ai/sdk vega vega-lite @observablehq/plot"
).split(" ");
const table = `
lodash | m.default.chunk([1, 2, 3], 2)
lodash/fp | m.map((x: number) => x + 1, [1])
lodash-es | m.groupBy([1], String)
d3 | m.max([1, 2])
d3-array | m.extent([1, 2])
d3-scale | m.scaleLinear().domain([0, 1])
d3-shape | m.line()
d3-dsv | m.csvParse("a,b")
express | m.default()
zod | m.z.object({ a: m.z.string() }).parse({})
yaml | m.parseDocument("a: 1").contents
date-fns | m.addDays(new Date(), 1)
date-fns/locale | m.de
nodejs-polars | m.default.DataFrame({ a: [1] })
axios | m.default.get("http://127.0.0.1")
rxjs | m.of(1).pipe(m.map((x) => String(x)))
rxjs/operators | m.filter((x: number) => x > 1)
rxjs/ajax | m.ajax
ramda | m.head([1])
immutable | m.Map({ a: 1 })
uuid | m.v4()
chalk | m.default.red("x")
commander | new m.Command().name()
papaparse | m.parse("a,b")
mathjs | m.evaluate
simple-statistics | m.mean([1, 2])
@tensorflow/tfjs-core | m.tensor1d([1, 2])
plotly.js-dist-min | m.newPlot
@duckdb/node-api | m.DuckDBInstance.create(":memory:")
arquero | m.table({ a: [1] }).numRows()
apache-arrow | m.tableFromArrays({ a: [1] })
dayjs | m.default().add(1, "day")
dayjs/plugin/utc | m.default
luxon | m.DateTime.now()
moment | m.default().format()
nanoid | m.nanoid()
p-limit | m.default(1)
p-queue | new m.default()
got | m.default.get
ky | m.default.get
cheerio | m.load("<a>")
jsdom | new m.JSDOM("")
ws | new m.WebSocket("ws://127.0.0.1")
pg | new m.default.Client()
redis | m.createClient
kysely | m.sql
fastify | m.fastify()
koa | new m.default()
hono | new m.Hono()
hono/cors | m.cors()
ajv | m.Ajv
fp-ts/Option | m.some(1)
io-ts | m.string
effect | m.Effect.succeed(1)
valibot | m.string()
superjson | m.default.stringify(1)
immer | m.produce({ a: 1 }, (d) => void (d.a = 2))
nanostores | m.atom(1)
eventemitter3 | new m.default()
csv-parse | m.parse
csv-parse/sync | m.parse
csv-stringify/sync | m.stringify([[1]])
ml-matrix | new m.Matrix(2, 2)
openai | m.default
@anthropic-ai/sdk | m.default
vega | m.parse
vega-lite | m.compile
stream | new m.PassThrough()
node:events | m.once
@observablehq/plot | m.ruleY([0])
#own/numbers.ts | m.twice(1)
node:fs | m.readFileSync("x", "utf8")
node:fs/promises | m.readFile("x", "utf8")
path | m.join("a", "b")
node:worker_threads | new m.Worker("x")
node:test | m.test
node:sqlite?22 | m.DatabaseSync
`;
export const cases: readonly TypeCase[] = table
  .trim()
  .split("\n")
  .flatMap((line) => {
    const [named = "", of = ""] = line.split(" | ");
    const [specifier = "", since = "0"] = named.split("?");
    return Number(process.versions.node.split(".")[0]) >= Number(since) ? [{ specifier, of }] : [];
  });

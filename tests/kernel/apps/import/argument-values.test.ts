/** Calls to which a Python program passes its rows, arguments, model or trainer. */
import assert from "node:assert/strict";
import { after, inserted, lostIn } from "./whole.js";

describe("Python call with a training object as argument", () => {
  for (const [line, name, place = after.peft] of [
    ["random.shuffle(ds)", "random.shuffle"],
    ["import numpy as np\nnp.random.shuffle(ds)", "np.random.shuffle"],
    ["from random import shuffle\nshuffle(ds)", "shuffle"],
    ["ds = list(filter(f, ds))", "filter"],
    ["ds = sorted(ds)", "sorted"],
    ["ds = list(reversed(list(ds)))", "reversed"],
    ["ds = list(map(f, ds))", "map"],
    ["ds = set(ds)", "set"],
    ["ds = random.sample(ds, 10)", "random.sample"],
    ["import itertools\nds = list(itertools.islice(ds, 5))", "itertools.islice"],
    ["import itertools\nds = list(itertools.islice(iter(ds), 5))", "itertools.islice"],
    ["best = sorted(ds)\nds = list(best)", "sorted"],
    ["def mix(d):\n    random.shuffle(d)\nmix(ds)", "random.shuffle"],
    ["def mix(d):\n    random.shuffle(d)\nmix(d=ds)", "random.shuffle"],
    ["rows = list(ds)\nrandom.shuffle(rows)\nds = rows", "random.shuffle"],
    ["rows = list(ds)\nrows.append(3)\nds = rows", "rows.append"],
    ["random.shuffle(t.train_dataset)", "random.shuffle", after.trainer],
    ["unknown(ds)", "unknown"],
    ["unknown(thing=args)", "unknown"],
    ["unknown([1, t])", "unknown", after.trainer],
    ["import operator\noperator.delitem(ds, 0)", "operator.delitem"],
    ["delattr(args, 'seed')", "delattr"],
  ] as const)
    it(`is listed if it may change the object: ${line.replace(/\n/g, "; ")}`, () => {
      const lost = lostIn(inserted(line, place));
      assert.ok(lost.includes(name), lost.join());
    });
  for (const [line, place = after.peft] of [
    ["print(ds, args)\nprint(len(ds), type(args), repr(ds), str(args), isinstance(ds, list))"],
    ["import logging\nlogging.info('%s', ds)"],
    ["import json, os\nos.makedirs(args.output_dir)\nprint(json.dumps(vars(args)))"],
    ['names = sorted(set(ds["label"]))\nprint(names)'],
    ["for i, row in enumerate(ds): print(i, row)"],
    ["print(next(iter(ds)))"],
    ["import numpy as np\nprint(np.mean(ds['score']))"],
    ["from collections import Counter\nprint(Counter(ds['label']))"],
    ["ds = list(ds)"],
    ["random.seed(args.seed)"],
    ["n = ds.num_rows\nrandom.randint(0, n)"],
    ["random.shuffle(ds)", after.trainer + 1],
    ["other = [3]\nrandom.shuffle(other)\nother = sorted(other)"],
  ] as const)
    it(`is not listed if it only reads: ${line.replace(/\n/g, "; ")}`, () => {
      assert.deepEqual(lostIn(inserted(line, place)), []);
    });
});

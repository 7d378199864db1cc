"""Ratings of movie review snippets, 1 to 10, as a table for a regression, and what the mean of the training rows is worth.

The snippets and their ratings (means of twenty people, from -4 to 4) come with the source archive of PyPI's vaderSentiment 0.5
(MIT; Hutto & Gilbert 2014): `pip download --no-deps --no-binary :all: vaderSentiment==0.5`.

    python3 bench/peers/ratings.py vaderSentiment-0.5.zip ratings.csv
"""
import csv
import io
import random
import statistics
import sys
import tarfile
import zipfile

PARTS = {"train": 400, "validation": 100, "test": 500}


def main(archive, out):
    inner = next(n for n in zipfile.ZipFile(archive).namelist() if n.endswith("hutto_ICWSM_2014.tar.gz"))
    tar = tarfile.open(fileobj=io.BytesIO(zipfile.ZipFile(archive).read(inner)))
    member = next(m for m in tar if m.name.split("/")[-1] == "movieReviewSnippets_GroundTruth.txt")
    rows = {}
    for line in tar.extractfile(member).read().decode("utf-8", "replace").split("\n"):
        parts = line.split("\t")
        if len(parts) >= 3 and len(parts[2].strip()) > 20:
            rows.setdefault(parts[2].strip(), round(1 + (float(parts[1]) + 4) / 8 * 9, 2))
    rows = list(rows.items())
    random.Random(7).shuffle(rows)
    parts = [part for part, count in PARTS.items() for _ in range(count)]
    with open(out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "stars", "part"])
        writer.writerows([text, stars, part] for (text, stars), part in zip(rows, parts))
    of = lambda wanted: [stars for (_, stars), part in zip(rows, parts) if part == wanted]
    mean = statistics.mean(of("train"))
    print(f"{len(of('train'))} training rows, mean {mean:.3f}, spread {statistics.pstdev(of('train')):.3f}")
    print(f"the mean on the test rows: error {statistics.mean(abs(x - mean) for x in of('test')):.3f}, "
          f"root of squares {statistics.mean((x - mean) ** 2 for x in of('test')) ** 0.5:.3f}")


main(*sys.argv[1:])

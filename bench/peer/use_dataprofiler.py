"""DataProfiler with its data labeler, as its manual shows: reads the CSV, samples a fifth of the rows, profiles.

Run by the Python of the peers: use_dataprofiler.py FILE SECONDS. Prints {"bytes", "seconds"}; starting TensorFlow is
not counted.
"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import dataprofiler


def main() -> None:
    path = sys.argv[1]
    dataprofiler.set_verbosity(50)
    start = time.perf_counter()
    profile = dataprofiler.Profiler(dataprofiler.Data(path))
    labels = [column["data_label"] for column in profile.report()["data_stats"]]
    seconds = time.perf_counter() - start
    print(json.dumps({"bytes": os.path.getsize(path), "seconds": seconds, "labels": labels}))


if __name__ == "__main__":
    main()

"""Time and memory of one invocation of the batch function with a long file.

`python -m benchmarks.batch_hours CLIP... --hours 4` joins clips repeatedly to one FLAC file, puts
it into a bucket of moto's server, and invokes the function once in a separate process. It prints
the seconds, the peak memory of that process, and a summary of the output document as JSON.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import soundfile
from numpy.typing import NDArray

from asr.audio import audio
from batch import object_keys
from tests.support import aws, s3_events

INPUT, OUTPUT, KEY = "audio", "transcripts", "long.flac"
MINUTE = audio.Budget(60.0)


def joined_clips(clips: Sequence[Path], seconds: float) -> Iterator[NDArray[np.float32]]:
    """Yield clips repeatedly until their duration is `seconds`."""
    decoded = [audio.decode(clip, MINUTE).samples for clip in clips]
    left = round(seconds * audio.SAMPLE_RATE)
    for clip in cycle(decoded):
        yield clip[:left]
        left -= len(clip)
        if left <= 0:
            return


def write_flac(path: Path, clips: Sequence[Path], seconds: float) -> None:
    """Write a FLAC file of joined clips."""
    with soundfile.SoundFile(path, "w", audio.SAMPLE_RATE, 1, "PCM_16", format="FLAC") as file:
        for clip in joined_clips(clips, seconds):
            file.write(clip)


def invoke(event: dict[str, Any], seconds: float) -> dict[str, float]:
    """Invoke the function; returns its seconds and the peak memory of this process in MiB."""
    from benchmarks.batch_worker import Invocation  # noqa: PLC0415 - reads the environment
    from handlers import batch  # noqa: PLC0415

    started = time.perf_counter()
    batch.handler(event, Invocation(seconds=seconds))
    elapsed = time.perf_counter() - started
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        "seconds": round(elapsed, 1),
        "processor_seconds": round(time.process_time(), 1),
        "peak_mib": round(int(status["VmHWM"].split()[0]) / 1024),
    }


def measure(clips: Sequence[Path], hours: float, seconds: float) -> dict[str, Any]:
    """Run the benchmark; returns the figures. Changes the environment of this process."""
    with aws.server() as url, tempfile.TemporaryDirectory() as directory:
        os.environ.update(aws.access(url) | {"OUTPUT_BUCKET": OUTPUT})
        os.environ.update(POWERTOOLS_SERVICE_NAME="hours", POWERTOOLS_METRICS_DISABLED="true")
        os.environ["POWERTOOLS_LOG_LEVEL"] = "WARNING"
        s3 = boto3.client("s3")
        for bucket in (INPUT, OUTPUT):
            s3.create_bucket(Bucket=bucket)
        file = Path(directory) / KEY
        write_flac(file, clips, hours * 3600)
        s3.upload_file(str(file), INPUT, KEY)
        event = s3_events.notification(KEY)
        event["Records"][0]["s3"]["bucket"]["name"] = INPUT
        with get_context("spawn").Pool(1) as pool:
            figures = pool.apply(invoke, (event, seconds))
        listed = s3.list_objects_v2(Bucket=OUTPUT)["Contents"]
        (name,) = {found["Key"] for found in listed}
        document = json.load(s3.get_object(Bucket=OUTPUT, Key=name)["Body"])
        if name == object_keys.result_key(KEY):
            summary = {"audio_seconds": document["duration"], "words": len(document["words"])}
        else:
            summary = {"code": document["code"], "detail": document["detail"]}
        return {"megabytes": round(file.stat().st_size / 1e6), **figures, **summary}


def main() -> None:
    """Read the command line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--hours", type=float, default=4.0)
    parser.add_argument("--seconds", type=float, default=900.0, help="time-out of the function")
    options = parser.parse_args()
    print(json.dumps(measure(options.clips, options.hours, options.seconds), indent=2))


if __name__ == "__main__":
    main()

"""Publish a model bundle: python scripts/aws/publish_model.py DIRECTORY BUCKET.

Verifies the digests and the golden clip, uploads to s3://BUCKET/NAME/VERSION/DIGEST/ with the
manifest last, so that readers find a complete bundle or none, and prints the parameters of the
template for it.
"""

import sys
from pathlib import Path

import boto3

from asr.errors import AsrError
from asr.manifest import MANIFEST
from asr.settings import Settings
from asr.transcriber import open_transcriber

DIGITS = 16  # of the manifest's digest, so that no two bundles share a prefix


def publish(directory: Path, bucket: str) -> dict[str, str]:
    """Verify and upload a bundle; returns the parameters of the template.

    Raises
    ------
    ModelUnavailableError
        If a digest or the transcript of the golden clip differs.
    """
    opened = open_transcriber(Settings(model_uri=str(directory), model_self_test=True))
    identity = opened.identity
    prefix = f"{identity.name}/{identity.version}/{identity.sha256[:DIGITS]}/"
    s3 = boto3.client("s3")
    files = [each.file for each in (opened.manifest.model, opened.manifest.language_model) if each]
    for name in (*files, MANIFEST):
        s3.upload_file(str(directory / name), bucket, prefix + name)
    return {"ModelUri": f"s3://{bucket}/{prefix}", "ModelSha256": identity.sha256}


if __name__ == "__main__":
    try:
        parameters = publish(Path(sys.argv[1]), sys.argv[2])
    except AsrError as error:
        sys.exit(f"{error.code}: {error.detail}")
    print(*(f"{name}={value}" for name, value in parameters.items()))

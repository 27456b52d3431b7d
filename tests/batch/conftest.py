"""The places of batch, real ones: S3 as moto serves it over HTTP, and a folder."""

import pytest

from tests.support import batch_stores


@pytest.fixture
def s3_place(aws):
    return batch_stores.S3Place.make()


@pytest.fixture
def folder_place(tmp_path):
    return batch_stores.FolderPlace.make(tmp_path)


@pytest.fixture(params=["s3_place", "folder_place"])
def place(request):
    return request.getfixturevalue(request.param)

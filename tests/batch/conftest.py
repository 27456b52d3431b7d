"""Storage fixtures: S3, as served by moto over HTTP, and a local folder."""

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

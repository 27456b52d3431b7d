"""The places of batch, real ones: S3 as moto serves it over HTTP, and a folder."""

import pytest

from tests.batch import places


@pytest.fixture
def s3_place(aws):
    return places.S3Place.make()


@pytest.fixture
def folder_place(tmp_path):
    return places.FolderPlace.make(tmp_path)


@pytest.fixture(params=["s3_place", "folder_place"])
def place(request):
    return request.getfixturevalue(request.param)

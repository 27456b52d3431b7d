"""The places of batch, real ones: S3 as moto serves it over HTTP, and a folder."""

import pytest

from tests.batch import cloud, places


@pytest.fixture(scope="session")
def aws(tmp_path_factory):
    """The address of a server that speaks S3 and SQS; this process's environment points there."""
    with cloud.server() as url, pytest.MonkeyPatch.context() as patch:
        for name, value in cloud.access(url).items():
            patch.setenv(name, value)
        yield url


@pytest.fixture
def s3_place(aws):
    return places.S3Place.make()


@pytest.fixture
def folder_place(tmp_path):
    return places.FolderPlace.make(tmp_path)


@pytest.fixture(params=["s3_place", "folder_place"])
def place(request):
    return request.getfixturevalue(request.param)

import fastjsonschema
import pytest
from fastjsonschema import JsonSchemaValueException

from handlers.http.openapi import schemas

PAIR = schemas.members(optional=("note",), name=schemas.STRING, note=schemas.STRING)


@pytest.mark.parametrize("body", [{"name": "a"}, {"name": "a", "note": "b"}])
def test_an_object_has_its_members_and_may_lack_the_optional(body):
    fastjsonschema.validate(PAIR, body)


@pytest.mark.parametrize("body", [{"note": "b"}, {"name": "a", "more": "b"}, {"name": 1}])
def test_an_object_that_lacks_a_member_or_has_another_is_refused(body):
    with pytest.raises(JsonSchemaValueException):
        fastjsonschema.validate(PAIR, body)


def test_what_is_widened_needs_the_new_members_and_leaves_the_old_schema_alone():
    wide = schemas.widened(PAIR, size=schemas.INTEGER)
    fastjsonschema.validate(wide, {"name": "a", "size": 1})
    with pytest.raises(JsonSchemaValueException):
        fastjsonschema.validate(wide, {"name": "a"})
    with pytest.raises(JsonSchemaValueException):
        fastjsonschema.validate(PAIR, {"name": "a", "size": 1})


def test_a_list_has_items_of_one_kind():
    fastjsonschema.validate(schemas.listed(schemas.STRING), ["a", "b"])
    with pytest.raises(JsonSchemaValueException):
        fastjsonschema.validate(schemas.listed(schemas.STRING), ["a", 1])

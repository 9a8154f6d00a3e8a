"""The forms of a model are parts of a sheet's format."""

import dataclasses
import typing

from hiprisk.sheet import format as sheet_format
from hiprisk.sheet.document import model_forms


def test_every_form_names_its_type_and_stands_in_the_format():
    forms = typing.get_args(model_forms.Model)
    types = [dataclasses.fields(form)[0].default for form in forms]
    assert types == ["linear", "trees", "ordinal"]
    assert all(getattr(sheet_format, form.__name__) is form for form in forms)

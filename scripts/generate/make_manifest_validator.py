"""Compile the schema of a bundle's manifest: python scripts/generate/make_manifest_validator.py.

Writes lambda/asr/manifest_validator.py from lambda/asr/manifest.schema.json, so that no schema is
compiled at a cold start and fastjsonschema is not imported at run time.
"""

import ast
import json
from pathlib import Path

import fastjsonschema

PACKAGE = Path(__file__).resolve().parents[2] / "lambda" / "asr"
SCHEMA = PACKAGE / "manifest.schema.json"
VALIDATOR = PACKAGE / "manifest_validator.py"
HEADER = '''\
"""Generated from manifest.schema.json by scripts/generate/make_manifest_validator.py."""
# ruff: noqa
# fmt: off
# mypy: ignore-errors

JsonSchemaValueException = JsonSchemaValuesException = ValueError
'''


class _Standalone(ast.NodeTransformer):
    """Drop the import of fastjsonschema, and what its exceptions carry besides the message."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | None:
        return None if node.module == "fastjsonschema" else node

    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        if isinstance(node.exc, ast.Call):
            node.exc.keywords = []
        return node


def source() -> str:
    """The Python source of the validator."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    tree = _Standalone().visit(ast.parse(fastjsonschema.compile_to_code(schema)))
    return HEADER + ast.unparse(tree) + "\n"


if __name__ == "__main__":
    VALIDATOR.write_text(source(), encoding="utf-8")

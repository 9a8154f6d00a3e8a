"""The house: no circle of files, small rooms, a layer for every room, heavy packages at home."""

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

from source_statements import statements

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "hiprisk"
MOST_FILES = 16
# The command line has a file a command.
LARGER_ROOMS = {"hiprisk.cli"}
# Where each package may be imported: a file, a room, or several.
HOMES = {
    "joblib": ("hiprisk.parallel.tasks", "hiprisk.parallel.fork_server"),
    "cloudpickle": ("hiprisk.parallel.cluster",),
    "dask": ("hiprisk.parallel.cluster",),
    "distributed": ("hiprisk.parallel.cluster",),
    "optuna": ("hiprisk.learning.tuning",),
    "sqlalchemy": ("hiprisk.databases",),
    "mlflow": ("hiprisk.tracking",),
    "matplotlib": ("hiprisk.reporting.plots",),
    "fastapi": ("hiprisk.serving.http",),
    "starlette": ("hiprisk.serving.http",),
    "uvicorn": ("hiprisk.serving.http",),
    "skops": ("hiprisk.learning.sheets.skops_file",),
    "sklearn": ("hiprisk.estimators", "hiprisk.learning"),
    "jinja2": ("hiprisk.reporting.page",),
    "pandas": (
        "hiprisk.api",
        "hiprisk.cohort",
        "hiprisk.estimators",
        "hiprisk.evidence",
        "hiprisk.features",
        "hiprisk.inference",
        "hiprisk.learning",
        "hiprisk.metrics",
        "hiprisk.planning",
        "hiprisk.reporting.results.command_results",
        "hiprisk.rebuilding",
        "hiprisk.reporting.results.result_files",
        "hiprisk.serving.dataframe",
        "hiprisk.serving.files",
        "hiprisk.study",
        "hiprisk.tracking",
        "hiprisk.validation",
    ),
    "pyarrow": ("hiprisk.cohort", "hiprisk.evidence.frames", "hiprisk.serving.files"),
    "pydantic": (
        "hiprisk.cohort.items.coding",
        "hiprisk.cohort.mapping",
        "hiprisk.config",
        "hiprisk.schemas.generate",
        "hiprisk.serving.fhir",
        "hiprisk.serving.http",
        "hiprisk.yaml_settings",
    ),
    "scipy": (
        "hiprisk.features",
        "hiprisk.inference",
        "hiprisk.learning",
        "hiprisk.metrics",
        "hiprisk.planning",
        "hiprisk.validation",
    ),
    "threadpoolctl": ("hiprisk.parallel.threads",),
    "yaml": ("hiprisk.yaml_strict",),
}
# What using a model must do without, on whatever path.
HEAVY = {"sklearn", "pandas", "mlflow", "optuna", "scipy", "pyarrow", "pydantic", "matplotlib"}
LIGHT_ROOMS = ("hiprisk.sheet", "hiprisk.bundle", "hiprisk.serving.model", "hiprisk.wording")


def module_name(path):
    parts = path.relative_to(SRC.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules():
    """Every module's name and syntax tree."""
    return {module_name(path): ast.parse(path.read_text("utf-8")) for path in SRC.rglob("*.py")}


@cache
def imports(*, for_types=True):
    """What each module imports, also inside functions; `for_types`: for type checking as well."""
    found = {}
    for name, tree in modules().items():
        skipped = set() if for_types else nodes_for_types(tree)
        nodes = [node for node in statements(tree) if node not in skipped]
        found[name] = {one for node in nodes for one in imported_by(node)} - {name}
    return found


def nodes_for_types(tree):
    blocks = [node for node in statements(tree) if isinstance(node, ast.If)]
    return {
        inner
        for block in blocks
        if isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for inner in statements(block)
    }


def imported_by(node):
    """Modules and packages that one statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        return {_imported(node.module, alias.name) for alias in node.names}
    return set()


def _imported(module, name):
    return f"{module}.{name}" if f"{module}.{name}" in modules() else module


def inside(name, home):
    return name == home or name.startswith(f"{home}.")


def circles(graph):
    """Groups of modules that reach each other (Tarjan), each in a fixed order."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph[node] & graph.keys()):
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def test_the_search_finds_a_circle():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b", "a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert circles({"a": {"b"}, "b": set()}) == []


@pytest.mark.slow
def test_there_is_no_circle_of_files():
    assert circles(imports()) == []


def test_a_room_holds_at_most_sixteen_files():
    rooms = {path.parent for path in SRC.rglob("*.py")}
    sizes = {module_name(room / "__init__.py"): len(list(room.glob("*.py"))) for room in rooms}
    assert {
        room: n for room, n in sizes.items() if n > MOST_FILES and room not in LARGER_ROOMS
    } == {}


def contracts():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return settings["tool"]["importlinter"]["contracts"]


def test_every_room_and_module_has_its_layer():
    [layers] = [one for one in contracts() if one.get("containers") == ["hiprisk"]]
    named = [name.strip() for layer in layers["layers"] for name in layer.split("|")]
    there = {name.split(".")[1] for name in modules() if name != "hiprisk"}
    # In brackets: a module that may be absent.
    optional = {name for name in named if name.startswith("(") and name.strip("()") not in there}
    named = [name.strip("()") for name in named if name not in optional]
    assert sorted(named) == sorted(there - set(layers.get("exhaustive_ignores", ())))
    assert layers["exhaustive"] is True


def test_imports_point_down():
    """The contract itself, over imports of every kind: lint-imports leaves out none of these."""
    [layers] = [one for one in contracts() if one.get("containers") == ["hiprisk"]]
    floor_of = {
        name.strip(): floor
        for floor, layer in enumerate(reversed(layers["layers"]))
        for name in layer.split("|")
    }
    ignored = set(layers.get("exhaustive_ignores", ()))
    up = [
        (name, other)
        for name, wanted in imports().items()
        for other in wanted
        if inside(other, "hiprisk") and "hiprisk" not in (name, other)
        for here, there in [(name.split(".")[1], other.split(".")[1])]
        if not {here, there} & ignored and here != there and floor_of[there] >= floor_of[here]
    ]
    assert up == []


@pytest.mark.slow
@pytest.mark.parametrize("package", HOMES)
def test_a_package_is_imported_at_home_only(package):
    importers = {
        name
        for name, wanted in imports(for_types=False).items()
        for one in wanted
        if inside(one, package)
    }
    assert {
        name for name in importers if not any(inside(name, home) for home in HOMES[package])
    } == set()


@pytest.mark.parametrize("room", LIGHT_ROOMS)
def test_using_a_model_needs_no_heavy_package(room):
    """Also through whatever the room imports, but for what it imports for type checking alone."""
    reached, waiting = {}, [name for name in modules() if inside(name, room)]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        wanted = runtime_imports(name)
        reached[name] = {one.split(".")[0] for one in wanted} & HEAVY
        waiting += [one for one in wanted if one in modules()]
    assert {name: found for name, found in reached.items() if found} == {}


def runtime_imports(name):
    """What a module imports when it is imported, its packages among them."""
    parents = name.split(".")
    wanted = {one for node in modules()[name].body for one in imported_by(node)}
    return wanted | {".".join(parents[:n]) for n in range(1, len(parents))}

"""The targets of the repository and what they depend on, from its sources."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import PurePosixPath

from tools.build_files import settings
from tools.build_files.source import Source, read

_FOR_TESTS = ("tests/", "tradestream/testing/")


@dataclass(slots=True)
class Target:
    """One target of one package.

    Attributes:
        package: Folder, e.g. `services/strategy_consumer`; "" for the root.
        name: e.g. `consume`, `main`, `consume_test`.
        kind: `library`, `room` (the main of one), or `test`.
        module: Path of its Python file.
        deps: Labels in full, e.g. `//tradestream:errors`, `@pypi//redis`.
        data: Labels of files that it reads.
    """

    package: str
    name: str
    kind: str
    module: PurePosixPath
    deps: set[str] = field(default_factory=set)
    data: set[str] = field(default_factory=set)

    @property
    def label(self) -> str:
        """The target's own label."""
        return f"//{self.package}:{self.name}"


class UnknownImportError(Exception):
    """Raised when an import is neither ours, nor standard, nor locked."""


class BorrowedTestError(Exception):
    """Raised when a module imports from a test of another package."""


class Graph:
    """All targets, by the dotted name of their module."""

    def __init__(
        self,
        sources: Mapping[PurePosixPath, str],
        other_files: Iterable[PurePosixPath],
        shared_files: Iterable[PurePosixPath],
        distributions: Mapping[str, str],
        standard: frozenset[str],
    ) -> None:
        """Build the graph.

        Args:
            sources: Text of each Python file, by its path.
            other_files: The rest of the files in the same folders.
            shared_files: Files that belong to no package, such as migrations.
            distributions: Import name → name of the distribution that brings it.
            standard: Names of the modules of the standard library.

        Raises:
            UnknownImportError: If an import leads nowhere.
            BorrowedTestError: If one leads to a test of another package, which
                Bazel shows to nobody.
        """
        self._distributions = distributions
        self._standard = standard
        self._other_files = sorted(other_files)
        self._shared_files = sorted(shared_files)
        self.targets: dict[str, Target] = {}
        self._sources: dict[str, Source] = {}
        for path, text in sorted(sources.items()):
            name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
            self._sources[name] = read(text, _package_of(path))
            self.targets[name] = _target(path)
        for name in self.targets:
            self._connect(name)
        self._refuse_borrowed_tests()
        self._for_tests = self._find_for_tests()

    def visible_to(self, target: Target) -> list[str]:
        """Return who outside its package depends on `target`, as packages."""
        packages = {
            other.package
            for other in self.targets.values()
            if target.label in other.deps and other.package != target.package
        }
        roots = {package.split("/")[0] for package in packages}
        roots |= settings.VISIBLE.get(target.label, frozenset())
        return sorted(f"//{root}:__{_reach(root)}__" for root in roots)

    def needs(self, target: Target, label: str) -> bool:
        """Say whether a target depends on `label`, directly or not."""
        by_label = {other.label: other for other in self.targets.values()}
        waiting, seen = [target.label], set[str]()
        while waiting:
            one = waiting.pop()
            if one == label:
                return True
            if one in by_label and one not in seen:
                seen.add(one)
                waiting += by_label[one].deps
        return False

    def is_for_tests(self, target: Target) -> bool:
        """Say whether a library serves tests alone: by its place, or what it uses.

        A room's main never does, so Bazel refuses one that uses such a library.
        """
        return target.label in self._for_tests

    def _refuse_borrowed_tests(self) -> None:
        tests = {t.label: t for t in self.targets.values() if t.kind == "test"}
        for target in self.targets.values():
            for label in sorted(target.deps & set(tests)):
                if tests[label].package != target.package:
                    raise BorrowedTestError(
                        f"{target.module}: what {tests[label].module} shares is"
                        " required in tradestream/testing, was in a test"
                    )

    def _find_for_tests(self) -> set[str]:
        libraries = [t for t in self.targets.values() if t.kind == "library"]
        found = {
            target.label
            for target in libraries
            if str(target.module).startswith(_FOR_TESTS) or target.name == "conftest"
        }
        grown = True
        while grown:
            users = {t.label for t in libraries if t.deps & found} - found
            grown = bool(users)
            found |= users
        return found

    def data_files(self, package: str) -> list[PurePosixPath]:
        """Return the files other than Python that belong to `package`."""
        folders = {target.package for target in self.targets.values()}
        return [
            path
            for path in self._other_files
            if _owner(path, folders) == package
            and path.suffix not in {".md", ".proto", ".pyi"}
            and path.name not in {"BUILD.bazel", "container-structure-test.yaml"}
        ]

    def _connect(self, name: str) -> None:
        target, source = self.targets[name], self._sources[name]
        for imported in sorted(source.imports):
            target.deps |= self._labels_of(imported, target.module)
        for loaded in source.named | self._loaded(name):
            if loaded in self.targets:
                target.deps |= self._labels_of(loaded, target.module)
        if any(text.startswith("importlib.util") for text in source.imports):
            for text in source.texts & set(self._distributions):
                target.deps |= self._labels_of(text, target.module)
        if target.kind == "test":
            target.deps |= self._conftests(target, source)
        for parent in PurePosixPath(*name.split(".")).parents:
            target.deps |= self._initialiser(".".join(parent.parts))
        target.deps.discard(target.label)
        target.data |= set(settings.READS.get(name, ()))
        target.data |= self._named_files(target, source)

    def _labels_of(self, imported: str, importer: PurePosixPath) -> set[str]:
        """Return the targets that `import imported` or `from … import …` needs."""
        parts = imported.split(".")
        for length in range(len(parts), 0, -1):
            name = ".".join(parts[:length])
            if name in self.targets:
                if self.targets[name].module.name != "__init__.py":
                    return {self.targets[name].label}
                return self._initialiser(name)
        top = parts[0]
        if top in self._standard or top in settings.ROOTS:
            return set()
        distribution = settings.DISTRIBUTIONS.get(top) or self._distributions.get(top)
        if distribution is None:
            raise UnknownImportError(f"{importer}: {imported} is in no locked package")
        brought = (distribution, *settings.EXTRAS.get(distribution, ()))
        return {f"@pypi//{name}" for name in brought}

    def _initialiser(self, package: str) -> set[str]:
        """Return the target of a package's __init__.py, if there is code in it."""
        source = self._sources.get(package)
        return {self.targets[package].label} if source and source.has_code else set()

    def _loaded(self, name: str) -> set[str]:
        """Return the modules that one loads by a name made at run time."""
        patterns = settings.LOADS.get(name, ())
        loaded = {
            other
            for other, target in self.targets.items()
            if target.kind != "test" and any(fnmatch(other, p) for p in patterns)
        }
        source = self._sources[name]
        if any(text.startswith(settings.ROOM_RUNNER) for text in source.imports):
            loaded |= {f"services.{text}.main" for text in source.texts}
        if name.startswith("services.") and name.endswith(".main_test"):
            loaded.add(name.removesuffix("_test"))
        return loaded

    def _conftests(self, target: Target, source: Source) -> set[str]:
        """Return the conftest.py files whose fixtures a test asks for."""
        found = set()
        for folder in (PurePosixPath(target.package), *target.module.parent.parents):
            name = ".".join([*folder.parts, "conftest"])
            fixtures = self._sources.get(name)
            wanted = source.arguments | source.texts
            if fixtures and fixtures.fixtures & wanted:
                found.add(self.targets[name].label)
        return found

    def _named_files(self, target: Target, source: Source) -> set[str]:
        """Return the files of its package that a module names, or whose folder."""
        found = set()
        for path in self.data_files(target.package):
            below = path.relative_to(target.package)
            names = {str(below), below.name, *map(str, below.parents)} - {"."}
            if names & source.texts:
                found.add(str(below))
        folders = {str(PurePosixPath(name).parent) for name in found}
        for path in self.data_files(target.package):
            below = path.relative_to(target.package)
            if str(below.parent) in folders and _is_licence(below.name):
                found.add(str(below))
        return found | {
            label for path in source.paths if (label := self._elsewhere(path))
        }

    def _elsewhere(self, path: str) -> str | None:
        """Return the label of a file or folder outside the packages, by its path."""
        place = PurePosixPath(path)
        if place in self._shared_files:
            folder = "" if place.parent == PurePosixPath() else place.parent
            return f"//{folder}:{place.name}"
        if any(place == file.parent for file in self._shared_files):
            return f"//{place}:files"
        return None

    def shared(self) -> dict[str, set[str]]:
        """Return what modules read outside the packages: folder → names."""
        folders: dict[str, set[str]] = {}
        shared = {file.parent for file in self._shared_files}
        for target in self.targets.values():
            for label in target.data:
                folder, _, name = label.removeprefix("//").partition(":")
                if folder and PurePosixPath(folder) in shared:
                    folders.setdefault(folder, set()).add(name)
        return folders

    def shared_files(self, folder: str) -> list[str]:
        """Return the names of the files directly in a folder outside the packages."""
        place = PurePosixPath(folder)
        return [file.name for file in self._shared_files if file.parent == place]


def _target(path: PurePosixPath) -> Target:
    package = "" if path.parent == PurePosixPath() else str(path.parent)
    if path.name.endswith("_test.py"):
        return Target(package, path.stem, "test", path)
    if path.name == "main.py" and package.startswith("services/"):
        return Target(package, "main_lib", "room", path)
    return Target(package, path.stem, "library", path)


def _package_of(path: PurePosixPath) -> str:
    return ".".join(path.parent.parts)


def _owner(path: PurePosixPath, folders: set[str]) -> str | None:
    return next((str(p) for p in path.parents if str(p) in folders), None)


def _is_licence(name: str) -> bool:
    """Say whether a file must go wherever its neighbours go."""
    return name == "NOTICE" or name.endswith("LICENSE")


def _reach(root: str) -> str:
    return "subpackages" if root else "pkg"

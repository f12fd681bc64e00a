"""Archives of images: what a container runtime reads from them."""

import hashlib
import json
import tarfile
from pathlib import Path

import pytest

from tools.full_size.kubernetes.image import Image, write_archive


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    path = tmp_path / "layer.tar"
    path.write_bytes(b"as it were a tar")
    return path


def test_images_share_a_layer_and_differ_in_what_they_run(
    layer: Path, tmp_path: Path
) -> None:
    write_archive(
        tmp_path / "images.tar",
        [
            Image("localhost/one:test", [layer], ["/app/bin/one"]),
            Image(
                "localhost/two:test", [layer], ["/app/bin/two"], environment={"A": "b"}
            ),
        ],
    )

    digest = hashlib.sha256(layer.read_bytes()).hexdigest()
    with tarfile.open(tmp_path / "images.tar") as archive:
        names = archive.getnames()
        manifest = json.loads(content(archive, "manifest.json"))
        configs = [json.loads(content(archive, m["Config"])) for m in manifest]
        assert content(archive, f"{digest}.tar") == layer.read_bytes()
    assert names.count(f"{digest}.tar") == 1
    assert [m["RepoTags"] for m in manifest] == [
        ["localhost/one:test"],
        ["localhost/two:test"],
    ]
    assert [m["Layers"] for m in manifest] == [[f"{digest}.tar"]] * 2
    assert [c["config"]["Entrypoint"] for c in configs] == [
        ["/app/bin/one"],
        ["/app/bin/two"],
    ]
    assert configs[1]["config"]["Env"][1:] == ["A=b"]
    assert all(c["config"]["User"] == "65532:65532" for c in configs)
    assert all(c["rootfs"]["diff_ids"] == [f"sha256:{digest}"] for c in configs)


def test_a_config_is_named_by_what_it_holds(layer: Path, tmp_path: Path) -> None:
    image = Image("localhost/one:test", [layer], ["/app/bin/one"])
    write_archive(tmp_path / "images.tar", [image])

    with tarfile.open(tmp_path / "images.tar") as archive:
        name = json.loads(content(archive, "manifest.json"))[0]["Config"]
        digest = hashlib.sha256(content(archive, name)).hexdigest()
    assert name == f"{digest}.json"


def content(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file is not None
    return file.read()

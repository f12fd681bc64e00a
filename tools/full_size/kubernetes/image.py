"""Images as an archive that `ctr image import` and `docker load` take: no registry."""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_BLOCK = 1 << 20
_PATH = "PATH=/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class Image:
    """One image of an archive.

    Attributes:
        name: Name with its tag, e.g. `localhost/tradestream/candle_ingestor:test`.
        layers: Tars, the lowest first; images may share them.
        entrypoint: What a container runs.
        user: Numbers of user and group.
        environment: Variables beside PATH.
    """

    name: str
    layers: Sequence[Path]
    entrypoint: Sequence[str]
    user: str = "65532:65532"
    environment: Mapping[str, str] = field(default_factory=dict)


def write_archive(out: Path, images: Sequence[Image]) -> None:
    """Write images and each of their layers once."""
    layers = {layer: _sha256(layer) for image in images for layer in image.layers}
    manifest = []
    with tarfile.open(out, "w") as archive:
        for path, digest in layers.items():
            archive.add(path, arcname=f"{digest}.tar")
        for image in images:
            digests = [layers[path] for path in image.layers]
            config = json.dumps(_config(image, digests)).encode()
            name = f"{hashlib.sha256(config).hexdigest()}.json"
            _add(archive, name, config)
            manifest.append(
                {
                    "Config": name,
                    "RepoTags": [image.name],
                    "Layers": [f"{digest}.tar" for digest in digests],
                }
            )
        _add(archive, "manifest.json", json.dumps(manifest).encode())


def _config(image: Image, digests: Sequence[str]) -> dict[str, object]:
    variables = [f"{name}={value}" for name, value in image.environment.items()]
    return {
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "Env": [_PATH, *variables],
            "Entrypoint": list(image.entrypoint),
            "User": image.user,
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{d}" for d in digests]},
    }


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()

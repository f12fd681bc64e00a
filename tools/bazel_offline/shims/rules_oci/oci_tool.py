"""Write an OCI image layout of the layers that a specification names.

usage: oci_tool SPEC OUT
"""

import hashlib
import json
import os
import shutil
import sys

_TYPE = "application/vnd.oci.image."


def main(spec_path: str, out: str) -> None:
    """Write the layout below `out`."""
    with open(spec_path, encoding="utf-8") as file:
        spec = json.load(file)
    os.makedirs(f"{out}/blobs/sha256")

    def described(digest: str, size: int, kind: str) -> dict[str, object]:
        return {"mediaType": _TYPE + kind, "digest": f"sha256:{digest}", "size": size}

    def document(value: object, kind: str) -> dict[str, object]:
        data = json.dumps(value, sort_keys=True).encode()
        digest = hashlib.sha256(data).hexdigest()
        with open(f"{out}/blobs/sha256/{digest}", "wb") as file:
            file.write(data)
        return described(digest, len(data), kind)

    def layer(path: str) -> dict[str, object]:
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        shutil.copyfile(path, f"{out}/blobs/sha256/{digest}")
        return described(digest, os.path.getsize(path), "layer.v1.tar")

    layers = [layer(path) for path in spec["tars"]]
    diff_ids = [described_layer["digest"] for described_layer in layers]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "config": {
            "Cmd": spec["cmd"],
            "Entrypoint": spec["entrypoint"],
            "Env": spec["env"],
            "ExposedPorts": {port: {} for port in spec["ports"]},
            "Labels": spec["labels"],
            "User": spec["user"],
            "WorkingDir": spec["workdir"],
        },
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": _TYPE + "manifest.v1+json",
        "config": document(config, "config.v1+json"),
        "layers": layers,
    }
    index = {
        "schemaVersion": 2,
        "manifests": [document(manifest, "manifest.v1+json")],
    }
    layout = {"imageLayoutVersion": "1.0.0"}
    for name, value in [("index.json", index), ("oci-layout", layout)]:
        with open(f"{out}/{name}", "w", encoding="utf-8") as file:
            json.dump(value, file, sort_keys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A Kubernetes control plane as processes on loopback: etcd, API server, the rest."""

import json
import secrets
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from tools.full_size.kubernetes.programs import built, installed
from tradestream.local import ports, processes
from tradestream.local.processes import Handle, StartError

START_SECONDS = 90.0
_PARTS = ("etcd", "apiserver", "controllers", "scheduler")
_DEFAULT_ACCOUNT = "/api/v1/namespaces/default/serviceaccounts/default"


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """One cluster in one folder. Making the object touches nothing.

    Attributes:
        folder: Its data, keys, and logs; made by the first start.
    """

    folder: Path

    @property
    def kubeconfig(self) -> Path:
        """What kubectl and Helm find it by; JSON, which is YAML too."""
        return self.folder / "kubeconfig"

    def start(self) -> None:
        """Start what does not run, and wait until pods could be made.

        Raises:
            ConfigurationError: If a program is missing.
            StartError: With its own last words, if a part does not come up.
        """
        installed("openssl")
        self._prepare()
        known = ports.remembered(self.folder / "ports.json", ("etcd", "peer", "api"))
        ready = {"apiserver": self._is_ready, "scheduler": self._is_usable}
        for name in _PARTS:
            self._launch(name, self._flags(name, known), ready.get(name, _at_once))

    def stop(self) -> None:
        """Stop every part, and wait until they are gone."""
        for name in reversed(_PARTS):
            running = processes.read_handle(self._pid_file(name))
            if running is not None:
                processes.stop(running)
            self._pid_file(name).unlink(missing_ok=True)
        for process in psutil.process_iter(["name", "cmdline"]):
            # Of a start that was killed before it could write down a number.
            words = process.info["cmdline"] or []
            ours = any(f"{self.folder}/" in word for word in words)
            if process.info["name"] == "controlplane" and ours:
                process.kill()

    def forget(self) -> None:
        """Remove everything that the cluster knew; it must be stopped."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _launch(self, name: str, flags: list[str], ready: Callable[[], bool]) -> None:
        if processes.read_handle(self._pid_file(name)) is not None:
            return
        log = self.folder / f"{name}.log"
        process = processes.spawn([built("controlplane"), name, *flags], log=log)
        processes.write_handle(self._pid_file(name), Handle.of(process.pid))
        if not processes.wait_until(ready, process, START_SECONDS):
            raise StartError(f"{name} does not start: {processes.last_line(log)}")

    def _pid_file(self, name: str) -> Path:
        return self.folder / f"{name}.pid"

    def _prepare(self) -> None:
        """Make keys and the token of the one user, unless they are there."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._account_key.exists():
            command = ["openssl", "genrsa", "-out", str(self._account_key), "2048"]
            subprocess.run(command, check=True, capture_output=True)
        if not self._tokens.exists():
            self._tokens.touch(mode=0o600)
            token = secrets.token_hex(16)
            self._tokens.write_text(f'{token},admin,admin,"system:masters"\n')

    @property
    def _account_key(self) -> Path:
        return self.folder / "accounts.key"

    @property
    def _tokens(self) -> Path:
        return self.folder / "tokens.csv"

    @property
    def _certificate(self) -> Path:
        return self.folder / "pki" / "apiserver.crt"

    def _flags(self, name: str, known: dict[str, int]) -> list[str]:
        etcd, peer = (f"http://{ports.HOST}:{known[x]}" for x in ("etcd", "peer"))
        self._write_kubeconfig(f"https://{ports.HOST}:{known['api']}")
        everywhere = [f"--kubeconfig={self.kubeconfig}", "--leader-elect=false"]
        return {
            "etcd": [
                f"--data-dir={self.folder / 'etcd'}",
                *("--unsafe-no-fsync", "--log-level=warn"),
                f"--listen-client-urls={etcd}",
                f"--advertise-client-urls={etcd}",
                f"--listen-peer-urls={peer}",
                f"--initial-advertise-peer-urls={peer}",
                f"--initial-cluster=default={peer}",
            ],
            "apiserver": [
                f"--etcd-servers={etcd}",
                f"--bind-address={ports.HOST}",
                f"--secure-port={known['api']}",
                # Makes a certificate of its own, which is the authority too.
                f"--cert-dir={self._certificate.parent}",
                f"--token-auth-file={self._tokens}",
                "--authorization-mode=Node,RBAC",
                "--service-cluster-ip-range=10.96.0.0/16",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--service-account-key-file={self._account_key}",
                f"--service-account-signing-key-file={self._account_key}",
                "--allow-privileged=true",
                "--endpoint-reconciler-type=none",
                # Else logs and exec look the name of the node up in DNS.
                "--kubelet-preferred-address-types=InternalIP",
                "--enable-admission-plugins=NodeRestriction",
            ],
            "controllers": [
                *everywhere,
                "--controllers=*,bootstrap-signer-controller,-node-ipam-controller",
                f"--service-account-private-key-file={self._account_key}",
                f"--root-ca-file={self._certificate}",
                "--use-service-account-credentials=false",
                "--secure-port=0",
                # A node that was away for seconds is no lost node.
                "--node-monitor-grace-period=50s",
            ],
            "scheduler": [*everywhere, "--secure-port=0"],
        }[name]

    def _write_kubeconfig(self, server: str) -> None:
        self.kubeconfig.touch(mode=0o600)
        cluster = {"server": server, "certificate-authority": str(self._certificate)}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "local",
            "clusters": [{"name": "local", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": self._token()}}],
            "contexts": [
                {"name": "local", "context": {"cluster": "local", "user": "admin"}}
            ],
        }
        self.kubeconfig.write_text(json.dumps(document, indent=1) + "\n")

    def _token(self) -> str:
        return self._tokens.read_text().split(",")[0]

    def _is_ready(self) -> bool:
        return self._get("/readyz") == "ok"

    def _is_usable(self) -> bool:
        return self._get(_DEFAULT_ACCOUNT) is not None

    def _get(self, path: str) -> str | None:
        """Return what the API server answers; None while it does not."""
        config = json.loads(self.kubeconfig.read_text())
        server = config["clusters"][0]["cluster"]["server"]
        headers = {"Authorization": f"Bearer {self._token()}"}
        request = urllib.request.Request(server + path, headers=headers)  # noqa: S310
        try:
            context = ssl.create_default_context(cafile=str(self._certificate))
            with urllib.request.urlopen(request, timeout=5, context=context) as answer:  # noqa: S310
                return str(answer.read().decode())
        except (OSError, urllib.error.URLError):
            return None


def _at_once() -> bool:
    return True

"""CPU seconds a tenant: `quad render` of the sample fleet against plain kustomize on each overlay, one after the other."""

import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def cpu_seconds(*commands: list[str]) -> float:
    """User and system time of the commands and all that they start."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for command in commands:
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    kubectl = shutil.which("kubectl", path=str(BIN))
    if kubectl is None:
        sys.exit("error: no kubectl beside this Python; run `make setup`")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "rendered"
        quad = cpu_seconds([str(BIN / "quad"), "render", "--output", str(output)])
        overlays = sorted(output.glob("*/tenants/*/overlay"))
        plain = cpu_seconds(*([kubectl, "kustomize", str(overlay)] for overlay in overlays))
    if not overlays:
        sys.exit("error: nothing was rendered")
    for name, seconds in (("quad render", quad), ("kubectl kustomize", plain)):
        print(f"{name:18} {seconds / len(overlays):8.3f} CPU s a tenant, {seconds:7.1f} in all")
    print(f"{len(overlays)} tenants; quad render takes {quad / plain:.2f} of plain kustomize, its checks included")


if __name__ == "__main__":
    main()

"""Every pod template meets the Pod Security Standard *restricted*.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/ (v1.34), the controls of *baseline* that
*restricted* does not replace, then its own. Pods of Windows are not exempted: there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from generator.model import Manifest
from generator.rules.pods import Template, templates
from generator.rules.violation import Context, Violation
from generator.rules.walk import at, items, mapping
from generator.source import Path

Finding = tuple[Path, str, str]
Scope = tuple[Path, Mapping[str, Any]]
"""A pod spec or container with its path in the pod spec."""

_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
_SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
}
_SELINUX = {None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
_PROFILES = {"RuntimeDefault", "Localhost"}
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every field of a pod template that *restricted* does not allow, and every one that it wants and misses."""
    for template in templates(manifests):
        yield from _annotations(template)
        for path, message, help in _findings(template):
            yield template.violation(path, message, help)


def _findings(template: Template) -> Iterator[Finding]:
    spec = template.spec
    cut = len(template.path) + 1
    containers: list[Scope] = [(container.path[cut:], container.body) for container in template.containers]
    yield from _host_namespaces(spec)
    yield from _volumes(spec)
    yield from _sysctls(spec)
    for scope in [((), spec), *containers]:
        for control in _EVERYWHERE:
            yield from control(scope)
    for scope in containers:
        for contained in _CONTAINERS:
            yield from contained(scope)
        yield from _non_root(scope, spec)
        yield from _seccomp(scope, spec)


def _annotations(template: Template) -> Iterator[Violation]:
    for key, value in mapping(template.metadata.get("annotations")).items():
        if key.startswith(_APPARMOR) and value != "runtime/default" and not str(value).startswith("localhost/"):
            path = (*template.path, "metadata", "annotations", key)
            yield Violation(template.manifest, path, "AppArmor is switched off", "remove the annotation")


def _host_namespaces(spec: Mapping[str, Any]) -> Iterator[Finding]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield (field,), f"`{field}` shares a namespace of the host", "remove it"


def _volumes(spec: Mapping[str, Any]) -> Iterator[Finding]:
    for index, volume in enumerate(items(spec.get("volumes"))):
        for kind in sorted(set(volume) - _VOLUMES - {"name"}):
            yield (
                ("volumes", index, kind),
                f"volumes of the type `{kind}` are not allowed",
                "use a PersistentVolumeClaim",
            )


def _sysctls(spec: Mapping[str, Any]) -> Iterator[Finding]:
    for index, sysctl in enumerate(items(at(spec, "securityContext", "sysctls"))):
        if sysctl.get("name") not in _SYSCTLS:
            path = ("securityContext", "sysctls", index, "name")
            yield path, f"the sysctl `{sysctl.get('name')}` is not a safe one", "remove it"


def _run_as_user(scope: Scope) -> Iterator[Finding]:
    path, body = scope
    if at(body, "securityContext", "runAsUser") == 0:
        yield (*path, "securityContext", "runAsUser"), "`runAsUser` is root", "name another user"


def _windows(scope: Scope) -> Iterator[Finding]:
    path, body = scope
    if at(body, "securityContext", "windowsOptions", "hostProcess"):
        yield (*path, "securityContext", "windowsOptions", "hostProcess"), "the process runs on the host", "remove it"


def _selinux(scope: Scope) -> Iterator[Finding]:
    path, body = scope
    options = mapping(at(body, "securityContext", "seLinuxOptions"))
    where = (*path, "securityContext", "seLinuxOptions")
    if options.get("type") not in _SELINUX:
        yield (*where, "type"), "this SELinux type is not a container's", "remove it"
    for field in ("user", "role"):
        if options.get(field):
            yield (*where, field), f"a SELinux {field} may not be set", "remove it"


def _apparmor(scope: Scope) -> Iterator[Finding]:
    path, body = scope
    profile = at(body, "securityContext", "appArmorProfile", "type")
    if profile is not None and profile not in _PROFILES:
        yield (
            (*path, "securityContext", "appArmorProfile", "type"),
            "AppArmor is switched off",
            "write `RuntimeDefault`",
        )


def _seccomp_type(scope: Scope) -> Iterator[Finding]:
    path, body = scope
    profile = at(body, "securityContext", "seccompProfile", "type")
    if profile is not None and profile not in _PROFILES:
        yield (*path, "securityContext", "seccompProfile", "type"), "seccomp is switched off", "write `RuntimeDefault`"


def _run_as_non_root(scope: Scope) -> Iterator[Finding]:
    path, body = scope
    if at(body, "securityContext", "runAsNonRoot") is False:
        yield (*path, "securityContext", "runAsNonRoot"), "`runAsNonRoot` is false", "write `runAsNonRoot: true`"


def _privileges(scope: Scope) -> Iterator[Finding]:
    path, body = scope
    context = mapping(body.get("securityContext"))
    where = (*path, "securityContext")
    if context.get("privileged"):
        yield (*where, "privileged"), "the container is privileged", "remove it"
    if context.get("allowPrivilegeEscalation") is not False:
        message = "privilege escalation is allowed"
        yield (*where, "allowPrivilegeEscalation"), message, "write `allowPrivilegeEscalation: false`"
    if context.get("procMount") not in (None, "Default"):
        yield (*where, "procMount"), "/proc is not masked", "remove it"


def _capabilities(scope: Scope) -> Iterator[Finding]:
    path, body = scope
    where = (*path, "securityContext", "capabilities")
    capabilities = mapping(at(body, "securityContext", "capabilities"))
    if "ALL" not in (capabilities.get("drop") or []):
        yield (*where, "drop"), "the capabilities are not all dropped", "write `drop: [ALL]`"
    for index, name in enumerate(capabilities.get("add") or []):
        if name != "NET_BIND_SERVICE":
            yield (*where, "add", index), f"the capability `{name}` may not be added", "remove it"


def _host_ports(scope: Scope) -> Iterator[Finding]:
    path, body = scope
    for index, port in enumerate(items(body.get("ports"))):
        if port.get("hostPort"):
            yield (*path, "ports", index, "hostPort"), "a port of the host is taken", "remove it"


def _host_probes(scope: Scope) -> Iterator[Finding]:
    path, body = scope
    handlers = [
        ("livenessProbe",),
        ("readinessProbe",),
        ("startupProbe",),
        ("lifecycle", "postStart"),
        ("lifecycle", "preStop"),
    ]
    for handler in handlers:
        for action in ("httpGet", "tcpSocket"):
            if at(body, *handler, action, "host"):
                yield (*path, *handler, action, "host"), "the kubelet is sent to another host", "remove it"


def _non_root(scope: Scope, spec: Mapping[str, Any]) -> Iterator[Finding]:
    path, body = scope
    if at(body, "securityContext", "runAsNonRoot") is None and at(spec, "securityContext", "runAsNonRoot") is None:
        where = (*path, "securityContext", "runAsNonRoot")
        yield where, "the container may run as root", "write `runAsNonRoot: true` in the pod's securityContext"


def _seccomp(scope: Scope, spec: Mapping[str, Any]) -> Iterator[Finding]:
    path, body = scope
    profile = ("securityContext", "seccompProfile", "type")
    if at(body, *profile) is None and at(spec, *profile) is None:
        help = "write `seccompProfile: {type: RuntimeDefault}` in the pod's securityContext"
        yield (*path, *profile), "the container has no seccomp profile", help


_Control = Callable[[Scope], Iterator[Finding]]
_EVERYWHERE: tuple[_Control, ...] = (_run_as_user, _run_as_non_root, _seccomp_type, _apparmor, _selinux, _windows)
_CONTAINERS: tuple[_Control, ...] = (_privileges, _capabilities, _host_ports, _host_probes)

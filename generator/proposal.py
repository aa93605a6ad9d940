"""A branch for a pull request: what the working tree changes of a fleet, as one commit. Work tree, index and branches here stay."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from generator import git, refs
from generator.diagnostics import ToolError
from generator.identity import INPUT
from generator.refs import Move

_FLEET = (*INPUT, "docs")
"""What a fleet is written in, and what `quad schema` writes."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is pushed: a branch of the remote repository, and the title of its commit."""

    remote: str
    branch: str
    title: str


def push(root: Path, proposal: Proposal) -> bool:
    """Commit and push; False where nothing has changed. A branch that is there has this very tree, or is refused."""
    if not git.is_repository(root):
        raise ToolError(f"{root} is no git repository", "a proposal is a branch of one")
    head = git.resolve(root, "HEAD")
    if head is None:
        raise ToolError("nothing is committed yet", "commit once; a proposal is a change of that")
    tree = _here(root)
    if tree == _of_commit(root, head):
        return False
    there = refs.heads(root, proposal.remote, [proposal.branch]).get(proposal.branch, "")
    if there:
        if _of_commit(root, there) != tree:
            help = "merge or delete it, or propose under another name"
            raise ToolError(f"the branch {proposal.branch} of {proposal.remote} has another content", help)
        return True
    refs.identify(root)
    sign = git.setting(root, "--type=bool", "commit.gpgSign") == "true"
    commit = refs.commit(root, tree, head, proposal.title, "", sign)
    if lost := refs.push(root, proposal.remote, [Move(proposal.branch, "", commit)]):
        raise ToolError(f"somebody else made the branch {proposal.branch} at this moment: {lost}", "propose again")
    return True


def _here(root: Path) -> str:
    """The commit's tree with the fleet as it is in the working tree, by an index of its own."""
    changed = [name for name in _FLEET if git.uncommitted(root, [name])]
    with tempfile.TemporaryDirectory(prefix="quad-propose-") as folder:
        own = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.run(root, ["read-tree", "HEAD"], variables=own)
        if changed:  # without a path git adds all that there is
            git.run(root, ["add", "--all", "--", *changed], variables=own)
        return git.run(root, ["write-tree"], variables=own).decode().strip()


def _of_commit(root: Path, commit: str) -> str:
    return git.run(root, ["rev-parse", "--verify", f"{commit}^{{tree}}"]).decode().strip()

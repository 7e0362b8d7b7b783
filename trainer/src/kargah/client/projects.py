"""Projects: what things belong to, and who is in them."""

from __future__ import annotations

import builtins
import unicodedata
from typing import TYPE_CHECKING

from kargah.client.errors import KargahError
from kargah.client.transport.http import API, Http
from kargah.client.transport.pages import pages

if TYPE_CHECKING:
    from kargah.client import wire

PROJECTS = f"{API}/projects"


class Project:
    """A project that I am a member of."""

    def __init__(self, http: Http, record: wire.Project) -> None:
        self._http = http
        self._record = record

    @property
    def id(self) -> str:
        return self._record["project_id"]

    @property
    def name(self) -> str:
        return self._record["name"]

    @property
    def role(self) -> wire.ProjectRole:
        """My own: owner, editor or viewer."""
        return self._record["role"]

    @property
    def is_default(self) -> bool:
        """Whether it is the one that is meant where none is named."""
        return self._record["is_default"]

    def members(self) -> list[wire.Member]:
        """In the order in which they came."""
        return list(pages(self._http, f"{PROJECTS}/{self.id}/members", {}))

    def invite(self, role: wire.ProjectRole = "viewer", days: int = 7) -> str:
        """A token by which one person becomes a member; it is shown this once, and good for so many days.

        Raises:
            KargahError: `forbidden` for all but owners, `too_many_invitations`.
        """
        body = {"role": role, "expires_in_days": days}
        made: wire.NewInvitation = self._http.json("POST", f"{PROJECTS}/{self.id}/invitations", json=body)
        return made["token"]

    def leave(self) -> None:
        """
        Raises:
            KargahError: `last_owner`.
        """
        self._http.json("POST", f"{PROJECTS}/{self.id}/leave")

    def contents(self) -> wire.ProjectContents:
        """What goes with it when it is deleted; `jobs_running` are stopped.

        Raises:
            KargahError: `forbidden` for all but owners.
        """
        contents: wire.ProjectContents = self._http.json("GET", f"{PROJECTS}/{self.id}/contents")
        return contents

    def delete(self, name: str) -> DeletedProject:
        """Deletes it for everybody, and stops its jobs. It can be restored until the days that it is kept are over.

        Args:
            name: the project's own, so that none is hit by mistake.

        Raises:
            KargahError: `project_name_differs`, `project_is_first`, `forbidden` for all but owners.
        """
        return DeletedProject(self._http, self._http.json("DELETE", f"{PROJECTS}/{self.id}", params={"name": name}))

    def __repr__(self) -> str:
        return f"<Project {self.id} {self.name!r}, {self.role}>"


class DeletedProject:
    """A project that I own and that is deleted, as long as it can be restored."""

    def __init__(self, http: Http, record: wire.DeletedProject) -> None:
        self._http = http
        self._record = record

    @property
    def id(self) -> str:
        return self._record["project_id"]

    @property
    def name(self) -> str:
        return self._record["name"]

    @property
    def purged_after(self) -> str:
        """Until then (RFC 3339) it can be restored."""
        return self._record["purged_after"]

    def restore(self) -> Project:
        """Brings it back with its members and all that was in it.

        Raises:
            KargahError: `not_found` where it is purged.
        """
        return Project(self._http, self._http.json("POST", f"{PROJECTS}/{self.id}/restore"))

    def __repr__(self) -> str:
        return f"<DeletedProject {self.id} {self.name!r}, kept until {self.purged_after}>"


class Projects:
    """The projects that I am a member of."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def list(self) -> list[Project]:
        """In the order in which I came to them."""
        return [Project(self._http, record) for record in pages(self._http, PROJECTS, {})]

    def create(self, name: str) -> Project:
        """Makes a project, whose owner I am; `connect(project=…)` works in it."""
        return Project(self._http, self._http.json("POST", PROJECTS, json={"name": name}))

    def deleted(self) -> builtins.list[DeletedProject]:
        """Those that I own and may still restore, the latest first."""
        return [DeletedProject(self._http, record) for record in pages(self._http, f"{API}/deleted-projects", {})]

    def accept(self, token: str) -> Project:
        """Becomes a member by an invitation.

        Raises:
            KargahError: `invitation_unknown`, `invitation_used`, `invitation_expired`, `invitation_revoked`,
                `already_member`.
        """
        return Project(self._http, self._http.json("POST", f"{API}/invitations/accept", json={"token": token}))

    def get(self, name_or_id: str) -> Project:
        """
        Raises:
            KargahError: `not_found`; `conflict` where several have this name, whose ids it says.
        """
        wanted = unicodedata.normalize("NFC", name_or_id.strip())
        mine = self.list()
        named = [one for one in mine if one.id == wanted or unicodedata.normalize("NFC", one.name) == wanted]
        if len(named) == 1:
            return named[0]
        if not named:
            raise KargahError("not_found", f"You are in no project “{wanted}”.", f"شما در پروژهٔ «{wanted}» نیستید.")
        ids = ", ".join(one.id for one in named)
        raise KargahError(
            "conflict",
            f"Several of your projects are called “{wanted}”; name one by its id: {ids}.",
            f"چند پروژهٔ شما «{wanted}» نام دارد؛ یکی را با شناسه‌اش نام ببرید: {ids}.",
        )

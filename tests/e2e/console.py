"""An administrator of a running Safar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack


class Console:
    """An administrator's browser, without the browser."""

    def __init__(self, stack: Stack) -> None:
        self.url, self.session = f"{stack.url}/console", requests.Session()
        self.post("login/", {"username": "admin", "password": stack.password})

    def post(self, path: str, form: dict[str, str]) -> requests.Response:
        page = self.session.get(f"{self.url}/{path}", timeout=20)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert found, page.text[:500]
        headers = {"Referer": f"{self.url}/{path}"}
        answer = self.session.post(f"{self.url}/{path}", {**form, "csrfmiddlewaretoken": found[1]}, headers=headers, timeout=20)
        assert answer.ok, answer.text[:500]
        return answer

    def act(self, case: int, action: str, form: dict[str, str] | None = None) -> None:
        token = self.session.cookies["csrftoken"]
        headers = {"Referer": self.url, "X-CSRFToken": token}
        answer = self.session.post(f"{self.url}/cases/{case}/{action}/", form or {}, headers=headers, timeout=20)
        assert answer.ok, answer.text[:500]

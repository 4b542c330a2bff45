"""InfluxDB 1.x (`influxd`)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from tests.servers.process import ServerProcess, answers, http_request

_CONFIGURATION = """\
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
[monitor]
store-enabled = false
[subscriber]
enabled = false
[http]
bind-address = "{address}"
auth-enabled = {authentication}
"""


class InfluxDB(ServerProcess):
    """A server without databases.

    Args:
        authentication: Ask for user and password; the first statement must then create an
            administrator.
    """

    binary = "influxd"
    package = "influxdb"

    def __init__(self, *, authentication: bool = False) -> None:
        super().__init__()
        self._authentication = authentication

    def arguments(self) -> list[str]:
        path = self.folder / "influxdb.conf"
        text = _CONFIGURATION.format(
            folder=self.folder,
            address=self.address,
            authentication="true" if self._authentication else "false",
        )
        path.write_text(text, encoding="utf-8")
        return ["run", "-config", str(path)]

    def is_ready(self) -> bool:
        return answers(self.port, "/ping")

    def execute(self, statement: str, database: str = "", **login: str) -> list[dict[str, Any]]:
        """Run one InfluxQL statement: the series of its result, times in ms.

        Args:
            statement: InfluxQL.
            database: Where it applies; "" for statements that name it themselves.
            login: `u` and `p` where the server asks for them.
        """
        form = urlencode({"q": statement, "db": database, "epoch": "ms"}).encode()
        status, body = http_request(self.port, "POST", f"/query?{urlencode(login)}", form)
        assert status == 200, body
        result = json.loads(body)["results"][0]
        assert "error" not in result, result
        series: list[dict[str, Any]] = result.get("series", [])
        return series

    def rows(self, statement: str, database: str) -> list[dict[str, Any]]:
        """Rows of a SELECT as dicts by column."""
        return [
            dict(zip(series["columns"], values, strict=True))
            for series in self.execute(statement, database)
            for values in series["values"]
        ]

"""nginx, serving a folder with an index."""

from __future__ import annotations

from pathlib import Path

from tests.servers.process import ServerProcess, answers

_CONFIG = """
daemon off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {root};
        location /pm/ {{ autoindex on; }}
        location /json/ {{ alias {root}/pm/; autoindex on; autoindex_format json; }}
        location /slow/ {{ alias {root}/pm/; autoindex on; limit_rate 200k; }}
        location /closed/ {{ return 401; }}
    }}
}}
"""


class Nginx(ServerProcess):
    """Serves `root/pm` as HTML under /pm/, as JSON under /json/, slowly under /slow/."""

    binary = "nginx"
    package = "nginx-light"

    def __init__(self) -> None:
        super().__init__()
        self.root = self.folder / "root"
        (self.root / "pm").mkdir(parents=True)

    @property
    def files(self) -> Path:
        """What is put here is served."""
        return self.root / "pm"

    def arguments(self) -> list[str]:
        text = _CONFIG.format(folder=self.folder, root=self.root, port=self.port)
        config = self.folder / "nginx.conf"
        config.write_text(text, encoding="utf-8")
        for path in (self.folder, self.root, self.files):
            path.chmod(0o755)  # its workers are somebody else when it is started by root
        return ["-c", str(config), "-p", str(self.folder)]

    def is_ready(self) -> bool:
        return answers(self.port, "/pm/")

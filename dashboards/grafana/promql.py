"""Pieces of PromQL that the pages share.

Every page that looks at a part of the network has the variables `area` and `site`; the choice of
areas limits the choice of sites, and queries ask for `$site`.
"""

from __future__ import annotations

from dashboards.grafana.spec import Variable, text

AREA = Variable("area", text("Area", "Khu vực"), "label_values(site_info, area_name)")
SITE = Variable("site", text("Site", "Trạm"), 'label_values(site_info{area_name=~"$area"}, site)')
ONE_SITE = Variable(
    "site", text("Site", "Trạm"), 'label_values(site_info{area_name=~"$area"}, site)', several=False
)
TECHNOLOGY = Variable(
    "technology", text("Technology", "Công nghệ"), "label_values(cell_info, technology)"
)

#: Chosen sites.
HERE = 'site=~"$site"'
DOWNLINK = 'direction="dl"'
UPLINK = 'direction="ul"'

#: Values of a granularity period stand for 15 minutes and may come late.
PERIOD = "45m"


def here(metric: str, *more: str) -> str:
    """A metric at the chosen sites.

    Args:
        metric: Its name.
        more: Further matchers.
    """
    return f"{metric}{{{','.join((HERE, *more))}}}"


def counted(metric: str, *more: str) -> str:
    """Values of the last granularity period, however they came: pulled or pushed."""
    return f"last_over_time({here(metric, *more)}[{PERIOD}])"


def growth(metric: str, *more: str) -> str:
    """What a counter grows by in a second."""
    return f"rate({here(metric, *more)}[$__rate_interval])"


def ratio(above: str, below: str, by: str = "") -> str:
    """A ratio of sums; where nothing was counted there is none."""
    group = f" by ({by})" if by else ""
    return f"sum{group} ({above}) / (sum{group} ({below}) > 0)"


def worst_first(expression: str, count: int = 10) -> str:
    """The largest values."""
    return f"topk({count}, {expression})"


def lowest_first(expression: str, count: int = 10) -> str:
    """The smallest values."""
    return f"bottomk({count}, {expression})"


def by_area(expression: str) -> str:
    """Give values of sites the name of their area and of the site."""
    return f"({expression}) * on (site) group_left (area_name, site_name) site_info"

"""One module a page: a function that builds it for one viewer and keeps it live."""

from dashboards.console.page import Page
from dashboards.console.pages import (
    alarms,
    area,
    collectors,
    explore,
    fibre,
    overview,
    planned_work,
    radio,
    reports,
    site,
    time_to_dark,
    traps,
)

#: In the order of the navigation.
PAGES = (
    Page("overview", "/", "o", "overview", overview.build),
    Page("alarms", "/alarms", "a", "alarms", alarms.build),
    Page("fibre", "/fibre", "f", "fibre", fibre.build),
    Page("radio", "/radio", "r", "radio", radio.build),
    Page("time_to_dark", "/time-to-dark", "d", "dark", time_to_dark.build),
    Page("planned_work", "/planned-work", "w", "work", planned_work.build),
    Page("collectors", "/collectors", "c", "collectors", collectors.build),
    Page("traps", "/traps", "t", "traps", traps.build),
    Page("explore", "/explore", "e", "explore", explore.build),
    Page("reports", "/reports", "p", "reports", reports.build),
    Page("area", "/area/{code}", "", "site", area.build),
    Page("site", "/site/{code}", "", "site", site.build),
)

__all__ = ["PAGES"]

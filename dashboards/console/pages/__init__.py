"""One module a page: a function that builds it for one viewer and keeps it live."""

from dashboards.console.page import Page
from dashboards.console.pages import alarms, overview

#: In the order of the navigation.
PAGES = (
    Page("overview", "/", "o", "overview", overview.build),
    Page("alarms", "/alarms", "a", "alarms", alarms.build),
)

__all__ = ["PAGES"]

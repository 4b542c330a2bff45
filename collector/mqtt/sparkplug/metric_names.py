"""What the names of Sparkplug metrics mean by a mapping."""

from __future__ import annotations

import re

from collector.mqtt.bindings import Binder, Binding
from collector.mqtt.identity import Source
from collector.mqtt.mapping import PayloadMapping
from collector.mqtt.topic_template import TopicTemplate
from omc.core.sparkplug import BD_SEQ

#: Metrics about the edge node's or device's own working.
_OWN = ("Node Control/", "Device Control/", "Node Info/", "Device Info/", "Properties/")
#: Where a label begins in a name of the catalogue: `battery_current_amperes/string=1`.
_LABEL = re.compile(r"/(?=[a-z][a-z0-9_]*=)")
#: Names that are remembered of one device; the rows of data sets may have ever new ones.
_MOST_NAMES = 20_000


class MetricNames:
    """Binds names of metrics to series.

    Args:
        mapping: Says what they mean.
        binder: Of that mapping.
    """

    def __init__(self, mapping: PayloadMapping, binder: Binder) -> None:
        self._binder = binder
        self._takes_catalogue = mapping.names == "catalogue"
        self._exact = frozenset(mapping.values)
        self._patterns = [
            (TopicTemplate.parse(name), name)
            for name in mapping.values
            if any(sign in name for sign in "{+#")
        ]

    def bindings(self, name: str, source: Source) -> tuple[Binding, ...]:
        """What a metric of a device becomes; nothing where the mapping does not want it.

        Raises:
            Rejected: no such metric, a label that it does not carry, or too many series.
        """
        found = source.bindings.get(name)
        if found is None:
            if len(source.bindings) >= _MOST_NAMES:
                source.bindings.clear()
            found = source.bindings[name] = self._bind(name, source)
        return found

    def _bind(self, name: str, source: Source) -> tuple[Binding, ...]:
        if name in self._exact:
            return self._binder.bind(name, {}, source.names, source.labels)
        for template, key in self._patterns:
            named = template.match(name)
            if named is not None:
                return self._binder.bind(key, {}, source.names | named, source.labels)
        if not self._takes_catalogue or name == BD_SEQ or name.startswith(_OWN):
            return ()
        metric, *labels = _LABEL.split(name)
        texts = dict(label.split("=", 1) for label in labels)
        return self._binder.bind(metric, texts, source.names, source.labels)

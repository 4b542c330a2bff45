"""Faults of passive optical networks: what ONTs that are lost have in common."""

from omc.alarms.causes.pon.correlator import PonCorrelator

__all__ = ["PonCorrelator"]

"""Settings of the organization service: those of every service, and none of its own."""

from chassis.settings import Settings as Settings

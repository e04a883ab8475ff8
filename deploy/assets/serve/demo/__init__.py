"""Runs the application on this machine as a cluster does: Redis, a head, two workers. For the demo and for tests."""

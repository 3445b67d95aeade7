"""The one session that diff and apply share: the only room that imports NAPALM."""

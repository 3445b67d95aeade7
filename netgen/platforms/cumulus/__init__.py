"""Builds the NVUE tree of a Cumulus Linux switch; all files of the platform are this one tree."""

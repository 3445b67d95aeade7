"""The middle: what follows from an intent, by arithmetic. No state, no clock, no network, no pydantic."""

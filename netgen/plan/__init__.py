"""What would change, as something that can be read, approved and applied: against devices, a folder or a revision."""

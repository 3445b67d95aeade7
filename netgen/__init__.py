"""Infrastructure as code for the networks of AI clusters."""

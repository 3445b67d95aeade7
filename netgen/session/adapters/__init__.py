"""What differs between NAPALM's drivers, a module each; everything else of a session is the same for all."""

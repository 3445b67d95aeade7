"""Views of a cluster for other programs: the cabling list, the Ansible inventory."""

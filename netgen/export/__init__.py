"""Views of a cluster for other programs: its cables in their forms, the Ansible inventory, the lab."""
